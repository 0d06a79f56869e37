//! `bundle-vlm-vision-missing`.

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-vlm-vision-missing",
    family: Family::Bundle,
    level: Level::Error,
    summary: "a vlm bundle has a vision object",
    explanation: include_str!("bundle_vlm_vision_missing.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let is_vlm = manifest::text(context, "/kind") == Some("vlm");
    if is_vlm && manifest::value(context, "/vision").is_none_or(serde_json::Value::is_null) {
        findings
            .report(
                "vision",
                "kind is vlm and the vision object is absent, so the engine refuses the bundle with `missingField(\"vision\")`",
            )
            .expected("an object")
            .actual("absent")
            .help("add the vision object, or set kind to llm if the model takes text only");
    }
}
