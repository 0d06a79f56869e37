//! `asset-compiled-arch`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, RoleAsset, Rule};
use crate::model::AssetFormat;

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-compiled-arch",
    family: Family::Asset,
    level: Level::Note,
    summary: "the compiled asset's architecture is the device's",
    explanation: include_str!("asset_compiled_arch.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for part in context.assets() {
        check_one(part, findings);
    }
}

fn check_one(part: RoleAsset<'_>, findings: &mut Findings<'_>) {
    let asset = part.asset;
    if asset.format != AssetFormat::Compiled {
        return;
    }
    let bytecode = asset
        .bytecode_path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let Some(built_for) = bytecode.strip_prefix("main-") else {
        return;
    };
    let named = asset.name.rsplit_once('.').map(|(_, named)| named);
    let suffix = match named {
        Some(named) if named != built_for => format!(", although its folder is named for {named}"),
        _ => String::new(),
    };
    findings
        .report(
            part.declared(),
            format!("{} is compiled for {built_for}{suffix}, so it runs on that device generation only, and the compiler would have accepted any name", part.named()),
        )
        .actual(built_for)
        .help("ship one compiled asset per device generation, or the source asset");
}
