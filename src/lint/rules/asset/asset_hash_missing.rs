//! `asset-hash-missing`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, RoleAsset, Rule};
use crate::model::RecordedHash;

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-hash-missing",
    family: Family::Asset,
    level: Level::Warning,
    summary: "the asset records its hash",
    explanation: include_str!("asset_hash_missing.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let has_none = |part: &RoleAsset<'_>| part.asset.recorded_hash == RecordedHash::Missing;
    for part in context.assets().filter(has_none) {
        findings
            .report(
                part.subject("hash"),
                format!("{} has no main.hash, so a cut or changed copy of it cannot be told from a whole one, and some tools refuse it as missing a hash file", part.named()),
            )
            .expected("main.hash with 32 bytes")
            .actual("absent")
            .help("copy the whole asset folder, or write the SHA-256 of the bytecode into main.hash as raw bytes");
    }
}
