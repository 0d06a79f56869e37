//! `bundle-user-data-nonstring`.

use serde_json::Value;

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-user-data-nonstring",
    family: Family::Bundle,
    level: Level::Error,
    summary: "user_data holds strings only",
    explanation: include_str!("bundle_user_data_nonstring.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let entries = manifest::value(context, "/user_data").and_then(Value::as_object);
    for (key, value) in entries.into_iter().flatten() {
        if !value.is_string() {
            let actual = manifest::shown(value);
            findings
                .report_member(
                    "/user_data",
                    key,
                    format!("user_data.{key} is {actual} and must be a string, so the engine rejects the whole manifest with `malformedMetadata`"),
                )
                .expected("a string")
                .actual(actual)
                .help("write the value as a string");
        }
    }
}
