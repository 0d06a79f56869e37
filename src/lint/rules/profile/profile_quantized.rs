//! A model that must not be quantized is not.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// A model that must not be quantized is not.
pub(super) static RULE: Rule = Rule {
    id: "profile-quantized",
    family: Family::Profile,
    level: Level::Error,
    summary: "a model the profile rules quantization out for is not quantized",
    explanation: include_str!("profile_quantized.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Asset, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::other(context) {
        checks::quantized_at_all(profile, context, findings);
    }
}
