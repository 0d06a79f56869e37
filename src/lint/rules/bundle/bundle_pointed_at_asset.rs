//! `bundle-pointed-at-asset`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-pointed-at-asset",
    family: Family::Bundle,
    level: Level::Note,
    summary: "the engine is given a bundle, not an asset",
    explanation: include_str!("bundle_pointed_at_asset.md"),
    provenance: &[Provenance::Engine, Provenance::Tool],
    needs: &[],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    // An asset that is no language model's is not for these engines, alone or in a folder.
    let is_other = context.asset().is_some() && context.deployment.is_none();
    if !context.is_bundle() && !is_other {
        findings
            .report(
                "asset",
                "this is a model asset and not a bundle folder, so only the asset and its graph are checked, and the engine would refuse the path with `pointedAtModelAsset`",
            )
            .expected("a folder with metadata.json, tokenizer and asset")
            .actual("a .aimodel or .aimodelc folder")
            .help("give the engine the folder around it");
    }
}
