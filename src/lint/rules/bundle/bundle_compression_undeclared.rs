//! `bundle-compression-undeclared`.

use crate::finding::Level;
use crate::lint::rules::facts::{manifest, names};
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-compression-undeclared",
    family: Family::Bundle,
    level: Level::Note,
    summary: "quantized weights are declared",
    explanation: include_str!("bundle_compression_undeclared.md"),
    provenance: &[Provenance::Community, Provenance::Granite],
    needs: &[Need::Manifest, Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let (Some(root), Some(asset)) = (manifest::root(context), context.asset()) else {
        return;
    };
    let declared = root
        .get("compression")
        .is_some_and(|value| !value.is_null());
    if declared || asset.weights.quantized.is_empty() {
        return;
    }
    findings
        .report(
            "compression",
            format!("compression says nothing and the asset has {} quantized constants ({}), so how the weights were made is not on record", asset.weights.quantized.len(), names::stored(&asset.weights)),
        )
        .expected("the scheme the weights were quantized with")
        .actual("null")
        .help("record in `compression` how the weights were quantized; people read it, the engine does not");
}
