//! `asset-no-producer`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, RoleAsset, Rule};
use crate::model::AssetFormat;

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-no-producer",
    family: Family::Asset,
    level: Level::Error,
    summary: "a source asset names its producer",
    explanation: include_str!("asset_no_producer.md"),
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
    // Where there is no metadata at all, nothing is known of the converter.
    let Some(metadata) = &asset.metadata else {
        return;
    };
    let producer = metadata.producer.as_deref();
    if asset.format == AssetFormat::Compiled || producer.is_some_and(|name| !name.trim().is_empty())
    {
        return;
    }
    findings
        .report(
            part.subject("producer"),
            format!("the metadata of {} names no producer, the mark of converter 0.4.0, whose programs are refused from the second beta of OS 27 on although they can still be inspected", part.named()),
        )
        .expected("a producer such as coreai-core 1.0.0b3")
        .actual("absent")
        .help("convert the model again with a current converter");
}
