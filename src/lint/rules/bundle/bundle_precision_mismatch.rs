//! `bundle-precision-mismatch`.

use serde_json::Value;

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::rules::facts::names::{self, Claim};
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};
use crate::model::{AssetFormat, Weights};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-precision-mismatch",
    family: Family::Bundle,
    level: Level::Warning,
    summary: "claimed and stored precision agree",
    explanation: include_str!("bundle_precision_mismatch.md"),
    provenance: &[Provenance::Community, Provenance::Granite],
    needs: &[Need::Manifest, Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let (Some(root), Some(asset)) = (manifest::root(context), context.asset()) else {
        return;
    };
    // A compiled asset keeps its weights elsewhere.
    if asset.format == AssetFormat::Compiled || asset.weights.storage.is_empty() {
        return;
    }
    let name = manifest::text(context, "/name").unwrap_or_default();
    // A form the profile knows is held to far more than its width, by the profile's own rules.
    let known_form = context
        .profile
        .is_some_and(|profile| profile.claimed_form(name).is_some());
    if let Some(claim) = names::precision(name).filter(|_| !known_form) {
        compare(findings, "name", name, claim, &asset.weights);
    }
    let scheme = root.get("compression").filter(|value| !value.is_null());
    if let Some((scheme, claim)) = scheme.and_then(|scheme| Some((scheme, declared(scheme)?))) {
        compare(
            findings,
            "compression",
            &manifest::shown(scheme),
            claim,
            &asset.weights,
        );
    }
}

/// What a `compression` entry claims, in whatever form it does so.
fn declared(scheme: &Value) -> Option<Claim> {
    if scheme.as_str() == Some("none") {
        return Some(Claim::Float);
    }
    names::precision(&scheme.to_string())
}

fn compare(
    findings: &mut Findings<'_>,
    subject: &str,
    said: &str,
    claim: Claim,
    weights: &Weights,
) {
    if names::holds(claim, weights) {
        return;
    }
    let stored = names::stored(weights);
    findings
        .report(
            subject,
            format!("{subject} is {said}, which claims {}, and the asset stores {stored}, so the wrong artifact is about to be shipped or it is named wrongly", claim.text()),
        )
        .expected(claim.text())
        .actual(stored)
        .help("compare the asset's hash with the one meant, then correct the name or the artifact");
}
