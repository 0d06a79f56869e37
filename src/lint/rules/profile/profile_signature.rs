//! The signature is the profile's.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// The signature is the profile's.
pub(super) static RULE: Rule = Rule {
    id: "profile-signature",
    family: Family::Profile,
    level: Level::Error,
    summary: "inputs, outputs and states are exactly the profile's",
    explanation: include_str!("profile_signature.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Asset, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::other(context) {
        checks::signature(profile, context, findings);
    }
}
