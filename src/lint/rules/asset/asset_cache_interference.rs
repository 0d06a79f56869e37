//! `asset-cache-interference`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-cache-interference",
    family: Family::Asset,
    level: Level::Note,
    summary: "one large asset to a container",
    explanation: include_str!("asset_cache_interference.md"),
    provenance: &[Provenance::Community],
    needs: &[],
    check,
};

/// Size from which an asset counts as large, bytes.
const LARGE: u64 = 2 << 30;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let sizes = &context.target.sibling_bytes;
    let large = sizes.iter().filter(|bytes| **bytes >= LARGE).count();
    if large < 2 {
        return;
    }
    findings
        .report(
            "assets",
            format!("the bundle holds {large} assets of 2 GiB or more, and specializing one was seen to break the cached specializations of others in the same container"),
        )
        .expected("one")
        .actual(large)
        .help("deliver large assets apart, and expect to clear the cache on the device");
}
