//! Every stated vocabulary width is the profile's.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// Every stated vocabulary width is the profile's.
pub(super) static RULE: Rule = Rule {
    id: "profile-vocab",
    family: Family::Profile,
    level: Level::Error,
    summary: "the vocabulary is the profile's wherever it is stated",
    explanation: include_str!("profile_vocab.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::other(context) {
        checks::vocabulary(profile, context, findings);
    }
}
