//! `asset-ios-jit-large`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, RoleAsset, Rule};
use crate::model::AssetFormat;

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-ios-jit-large",
    family: Family::Asset,
    level: Level::Note,
    summary: "large source assets are compiled ahead for iOS",
    explanation: include_str!("asset_ios_jit_large.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Asset],
    check,
};

/// Size from which on-device specialization was seen to stall, bytes.
const LARGE: u64 = 1 << 30;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let has_compiled = context.target.siblings.iter().any(|path| {
        path.extension()
            .is_some_and(|extension| extension == "aimodelc")
    });
    let is_large = |part: &RoleAsset<'_>| {
        part.asset.format == AssetFormat::Source && part.asset.bytes >= LARGE
    };
    for part in context.assets().filter(is_large).filter(|_| !has_compiled) {
        let bytes = part.asset.bytes;
        findings
            .report(
                part.subject("bytes"),
                format!("{} is a source asset of {bytes} bytes and has no compiled twin, and iOS may stall or stop the app while it specializes one of 1 GiB or more", part.named()),
            )
            .level(context.level_on_ios(Level::Warning))
            .expected("below 1 GiB, or compiled ahead")
            .actual(bytes)
            .help("for iOS, compile ahead for the devices served");
    }
}
