//! `asset-metadata-missing`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-metadata-missing",
    family: Family::Asset,
    level: Level::Warning,
    summary: "an asset has its metadata.json",
    explanation: include_str!("asset_metadata_missing.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for part in context.assets() {
        if part.asset.metadata.is_some() {
            continue;
        }
        findings
            .report(
                part.subject("metadata"),
                format!("{} has no metadata.json, so which converter wrote it, for which version of the format and under which license is not on record; Apple's reader takes it all the same", part.named()),
            )
            .expected("metadata.json")
            .actual("absent")
            .help("copy the whole asset folder again from where it was exported to");
    }
}
