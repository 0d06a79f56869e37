//! `bundle-version`.

use serde_json::Value;

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-version",
    family: Family::Bundle,
    level: Level::Error,
    summary: "metadata_version is the string 0.2",
    explanation: include_str!("bundle_version.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

/// The one version every era of the loader accepts.
const VERSION: &str = "0.2";

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(root) = manifest::root(context) else {
        return;
    };
    let (actual, outcome) = match root.get("metadata_version") {
        Some(Value::String(version)) if version == VERSION => return,
        Some(version @ Value::String(_)) => {
            let shown = manifest::shown(version);
            let outcome = format!("unsupportedVersion({shown})");
            (shown, outcome)
        }
        None | Some(Value::Null) => (
            "absent".to_owned(),
            "unsupportedVersion(\"0.1\")".to_owned(),
        ),
        Some(other) => (manifest::shown(other), "malformedMetadata".to_owned()),
    };
    findings
        .report(
            "metadata_version",
            format!("metadata_version is {actual} and must be the string \"{VERSION}\", so the engine refuses the bundle with `{outcome}`"),
        )
        .expected(format!("\"{VERSION}\""))
        .actual(actual)
        .help("if the other fields are those of 0.2, write it as a text with its quotes; else export the model again with a current exporter");
}
