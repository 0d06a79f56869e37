//! `asset-partial`.

use crate::finding::Level;
use crate::lint::ContentHash;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};
use crate::model::RecordedHash;
use crate::profile::published;

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-partial",
    family: Family::Asset,
    level: Level::Warning,
    summary: "an asset with a published name has the published bytes",
    explanation: include_str!("asset_partial.md"),
    provenance: &[Provenance::Community, Provenance::Granite],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(asset) = context.asset() else {
        return;
    };
    let name = asset.name.as_str();
    let Some(published) = published(name) else {
        return;
    };
    if asset.bytes != published.bytes {
        let kind = if asset.bytes < published.bytes {
            "a partial copy poisons the device's cache for that name"
        } else {
            "it is another build"
        };
        findings
            .report(
                "asset.bytes",
                format!("{name} was published with {} bytes and this one has {}, so it is not the published artifact, and {kind}", published.bytes, asset.bytes),
            )
            .expected(published.bytes)
            .actual(asset.bytes)
            .help("download it again, or give a build of your own another name");
        return;
    }
    let known = match (context.hash, &asset.recorded_hash) {
        (ContentHash::Computed(hash), _) | (_, RecordedHash::Sha256(hash)) => hex::encode(hash),
        _ => return,
    };
    if known != published.sha256 {
        findings
            .report(
                "asset.hash",
                format!("{name} was published with another SHA-256 and the same size, so it is not the published artifact although it bears its name"),
            )
            .expected(&published.sha256)
            .actual(known)
            .help("download it again, or give a build of your own another name");
    }
}
