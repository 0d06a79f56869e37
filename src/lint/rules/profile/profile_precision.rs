//! A name that claims a precision has those weights.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// A name that claims a precision has those weights.
pub(super) static RULE: Rule = Rule {
    id: "profile-precision",
    family: Family::Profile,
    level: Level::Warning,
    summary: "a name that claims a form of the profile is borne out by the weights",
    explanation: include_str!("profile_precision.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Asset, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::other(context) {
        checks::claims(profile, |_| true, context, findings);
    }
}
