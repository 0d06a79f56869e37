//! `asset-ios-memory`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-ios-memory",
    family: Family::Asset,
    level: Level::Note,
    summary: "the asset fits an iOS app's memory",
    explanation: include_str!("asset_ios_memory.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Asset],
    check,
};

/// Size from which an app needs the increased-memory entitlement, bytes.
const ENTITLED: u64 = 2 << 30;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let total = context.assets().map(|part| part.asset.bytes);
    let total = total.fold(0_u64, u64::saturating_add);
    if total < ENTITLED {
        return;
    }
    let assets = match context.assets().count() {
        1 => "the asset has".to_owned(),
        several => format!("the {several} assets have"),
    };
    findings
        .report(
            "asset.bytes",
            format!("{assets} {total} bytes, and an iOS app needs the increased-memory entitlement from about 2 GiB on, without which loading fails and leaves a partial cache"),
        )
        .level(context.level_on_ios(Level::Warning))
        .expected("below 2 GiB, or the entitlement")
        .actual(total)
        .help("add com.apple.developer.kernel.increased-memory-limit to the app, or ship a smaller form");
}
