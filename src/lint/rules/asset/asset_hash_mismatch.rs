//! `asset-hash-mismatch`.

use crate::bundle::shown;
use crate::finding::Level;
use crate::lint::ContentHash;
use crate::lint::{Context, Family, Findings, Need, Provenance, RoleAsset, Rule};
use crate::model::RecordedHash;

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-hash-mismatch",
    family: Family::Asset,
    level: Level::Error,
    summary: "main.hash is the SHA-256 of the bytecode",
    explanation: include_str!("asset_hash_mismatch.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for part in context.assets() {
        check_one(part, findings);
    }
}

fn check_one(part: RoleAsset<'_>, findings: &mut Findings<'_>) {
    match (&part.asset.recorded_hash, part.hash) {
        (RecordedHash::Malformed(bytes), _) => {
            findings
                .report(
                    part.subject("hash"),
                    format!("main.hash of {} has {bytes} bytes and a SHA-256 has 32, so it cannot tell whether the bytecode is whole", part.named()),
                )
                .expected("32 bytes")
                .actual(format!("{bytes} bytes"))
                .help("export the asset again; the file holds raw bytes, not hexadecimal text");
        }
        (RecordedHash::LfsPointer, _) => {
            findings
                .report(
                    part.subject("hash"),
                    format!("main.hash of {} is a Git LFS pointer, and the file it stands for was not fetched, so it cannot tell whether the bytecode is whole", part.named()),
                )
                .expected("32 bytes")
                .actual("a Git LFS pointer")
                .help(format!("run `git lfs pull` in {}", shown(&part.asset.path)));
        }
        (RecordedHash::Sha256(recorded), ContentHash::Computed(computed))
            if recorded != computed =>
        {
            findings
                .report(
                    part.subject("hash"),
                    format!("main.hash of {} records another SHA-256 than the bytecode has, so the bytecode was changed or cut after it was written", part.named()),
                )
                .expected(hex::encode(recorded))
                .actual(hex::encode(computed))
                .help("copy the asset again; if the bytecode was edited on purpose, write its new hash");
        }
        _ => {}
    }
}
