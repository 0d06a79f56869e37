//! `asset-compiled-only`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};
use crate::model::AssetFormat;

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-compiled-only",
    family: Family::Asset,
    level: Level::Note,
    summary: "the source asset is kept beside the compiled one",
    explanation: include_str!("asset_compiled_only.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Manifest, Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let is_compiled = context
        .asset()
        .is_some_and(|asset| asset.format == AssetFormat::Compiled);
    let has_source = context.target.siblings.iter().any(|path| {
        path.extension()
            .is_some_and(|extension| extension == "aimodel")
    });
    if is_compiled && !has_source {
        findings
            .report(
                "assets.main",
                "the bundle has a compiled asset and no source asset, so it cannot be compiled again for another device or a newer toolchain",
            )
            .expected("the source asset, here or kept elsewhere")
            .actual("compiled only")
            .help("keep the .aimodel the asset was compiled from");
    }
}
