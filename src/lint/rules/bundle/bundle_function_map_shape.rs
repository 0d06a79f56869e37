//! `bundle-function-map-shape`.

use serde_json::Value;

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-function-map-shape",
    family: Family::Bundle,
    level: Level::Error,
    summary: "function_map maps each role to a list of names",
    explanation: include_str!("bundle_function_map_shape.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let roles = manifest::value(context, "/language/function_map").and_then(Value::as_object);
    for (role, value) in roles.into_iter().flatten() {
        let is_list = value
            .as_array()
            .is_some_and(|names| names.iter().all(Value::is_string));
        if !is_list {
            let actual = manifest::shown(value);
            findings
                .report_member(
                    "/language/function_map",
                    role,
                    format!("function_map.{role} is {actual} and must be a list of strings, so the engine cannot decode the manifest"),
                )
                .expected("a list of strings")
                .actual(actual)
                .help(format!("write [\"{role}\"] with the function's name in brackets"));
        }
    }
}
