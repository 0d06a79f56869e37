//! `bundle-missing-metadata`.

use crate::bundle::Part;
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-missing-metadata",
    family: Family::Bundle,
    level: Level::Error,
    summary: "a LanguageBundle has a metadata.json",
    explanation: include_str!("bundle_missing_metadata.md"),
    provenance: &[Provenance::Engine],
    needs: &[],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if context.is_bundle() && matches!(context.target.manifest, Part::Absent) {
        findings
            .report(
                "metadata",
                "the folder has no metadata.json, which every bundle needs, so the engine refuses it with `missingMetadata`",
            )
            .expected("metadata.json")
            .actual("absent")
            .help("export the bundle again, or point at the folder that holds metadata.json");
    }
}
