//! `asset-compiled-load-options`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, RoleAsset, Rule};
use crate::model::AssetFormat;

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-compiled-load-options",
    family: Family::Asset,
    level: Level::Note,
    summary: "compiled assets load with default options",
    explanation: include_str!("asset_compiled_load_options.md"),
    provenance: &[Provenance::Community, Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let is_compiled = |part: &RoleAsset<'_>| part.asset.format == AssetFormat::Compiled;
    for part in context.assets().filter(is_compiled) {
        findings
            .report(
                part.declared(),
                format!("{} is compiled, and the engine asks for the GPU and frequent reshapes with every asset, while compiled ones are recorded to load well with default or CPU options", part.named()),
            )
            .actual("compiled")
            .help("measure the load on the device; if it specializes again, ship the source asset");
    }
}
