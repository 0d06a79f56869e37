//! `bundle-missing-metadata`.

use crate::bundle::{Part, shown};
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
    if let Some(mistake) = &context.target.mistaken {
        findings
            .report(
                "metadata",
                format!(
                    "{} {}, so there is no bundle to look at",
                    shown(&context.target.path),
                    mistake.message
                ),
            )
            .expected("a bundle's folder")
            .help(mistake.help.clone().unwrap_or_default());
    } else if context.is_bundle() && matches!(context.target.manifest, Part::Absent) {
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
