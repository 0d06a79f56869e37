//! `bundle-asset-escapes`.

use std::path::{Component, Path};

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-asset-escapes",
    family: Family::Bundle,
    level: Level::Warning,
    summary: "asset paths stay inside the bundle",
    explanation: include_str!("bundle_asset_escapes.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let assets = manifest::value(context, "/assets").and_then(serde_json::Value::as_object);
    for (role, declared) in assets.into_iter().flatten() {
        let Some(declared) = declared.as_str() else {
            continue;
        };
        let climbs = Path::new(declared)
            .components()
            .any(|part| !matches!(part, Component::Normal(_) | Component::CurDir));
        if climbs {
            findings
                .report_member(
                    "/assets",
                    role,
                    format!("assets.{role} is {declared}, and the loader joins it to the bundle's folder without confining it, so it reaches files outside, which are not part of the release and not checked here"),
                )
                .expected("a path below the bundle's folder")
                .actual(declared)
                .help("put the asset into the bundle's folder");
        }
    }
}
