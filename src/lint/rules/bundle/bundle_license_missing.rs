//! `bundle-license-missing`.

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-license-missing",
    family: Family::Bundle,
    level: Level::Warning,
    summary: "the bundle says under which license it may be passed on",
    explanation: include_str!("bundle_license_missing.md"),
    provenance: &[Provenance::Community, Provenance::Granite],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if manifest::root(context).is_none() || !context.target.license_files.is_empty() {
        return;
    }
    let metadata = context.asset().and_then(|asset| asset.metadata.as_ref());
    let in_asset = metadata.and_then(|metadata| metadata.license.as_deref());
    if in_asset.is_some_and(|license| !license.trim().is_empty()) {
        return;
    }
    findings
        .report(
            "license",
            "the bundle has no license file and its asset names no license, so those who receive it do not know whether they may use or pass it on",
        )
        .expected("a LICENSE file, or a license in the asset's metadata")
        .actual("none")
        .help("add the license file of the source model to the bundle");
}
