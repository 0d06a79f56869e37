//! `asset-os-newer`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-os-newer",
    family: Family::Asset,
    level: Level::Warning,
    summary: "the program needs no newer system than 27.0",
    explanation: include_str!("asset_os_newer.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Asset],
    check,
};

/// The newest program version that OS 27.0 takes.
///
/// Source: the vendor reader names a system for program versions up to this one.
const NEWEST: u64 = 20_260_409;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for part in context.assets() {
        let Some(version) = part
            .asset
            .program_version
            .filter(|version| *version > NEWEST)
        else {
            continue;
        };
        findings
            .report(
                part.subject("program_version"),
                format!("the program of {} uses features of version {version}, newer than {NEWEST}, the last that OS 27.0 takes, so it loads on a later system only", part.named()),
            )
            .expected(format!("at most {NEWEST}"))
            .actual(version)
            .help("state the system the bundle needs, or export it for 27.0");
    }
}
