//! `bundle-function-map-absent`.

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-function-map-absent",
    family: Family::Bundle,
    level: Level::Note,
    summary: "function_map names the function to run",
    explanation: include_str!("bundle_function_map_absent.md"),
    provenance: &[Provenance::Engine, Provenance::Community],
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
    let has_language =
        manifest::value(context, "/language").is_some_and(serde_json::Value::is_object);
    let map = manifest::value(context, "/language/function_map");
    if has_language && map.is_none_or(serde_json::Value::is_null) {
        findings
            .report(
                "language.function_map",
                "function_map is absent, so the engine loads the function named main; some community tools call the field mandatory",
            )
            .expected("{\"main\": [\"main\"]}")
            .actual("absent")
            .help("add it for tools that insist; the engine does not");
    }
}
