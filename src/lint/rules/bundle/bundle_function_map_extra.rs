//! `bundle-function-map-extra`.

use serde_json::Value;

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-function-map-extra",
    family: Family::Bundle,
    level: Level::Note,
    summary: "function_map names one function for one role",
    explanation: include_str!("bundle_function_map_extra.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    // The static-shape engine finds its functions by their own names.
    if context
        .deployment
        .is_some_and(|deployment| deployment.chunked.is_some())
    {
        return;
    }
    let roles = manifest::value(context, "/language/function_map").and_then(Value::as_object);
    for (role, value) in roles.into_iter().flatten() {
        let names: Vec<&str> = value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let unused = if role == "main" {
            names.get(1..).unwrap_or_default()
        } else {
            &names
        };
        if !unused.is_empty() {
            let unused = unused.join(", ");
            findings
                .report_member(
                    "/language/function_map",
                    role,
                    format!("function_map.{role} names {unused}, which the engine never runs: it uses the first entry of main and nothing else"),
                )
                .expected("one name under main")
                .actual(unused)
                .help("leave it if another tool reads it");
        }
    }
}
