//! `bundle-asset-shadowed`.

use crate::checkout::capability::{Feature, Survey};
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-asset-shadowed",
    family: Family::Bundle,
    level: Level::Warning,
    summary: "a declared compiled asset is the one that is loaded",
    explanation: include_str!("bundle_asset_shadowed.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(resolution) = &context.target.resolution else {
        return;
    };
    let (Some(newest), Some(before)) = (&resolution.newest, &resolution.before_fallback) else {
        return;
    };
    let loads_declared =
        |engine: &Survey| engine.is(Feature::CompiledTwin) || engine.is(Feature::AssetsValidated);
    if newest == before || context.engine.is_some_and(loads_declared) {
        return;
    }
    let loaded = before.file_name().unwrap_or_default().to_string_lossy();
    findings
        .report(
            "assets.main",
            format!("assets.main names {} and {loaded} lies beside it, which engines before 4 August 2026 load instead, so they compile on the device what was meant to be compiled already", resolution.declared),
        )
        .expected(&resolution.declared)
        .actual(loaded)
        .help("ship one of the two, or require an engine from commit 57a0a63 on");
}
