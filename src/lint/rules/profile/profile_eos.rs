//! End and begin tokens are the profile's.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// End and begin tokens are the profile's.
pub(super) static RULE: Rule = Rule {
    id: "profile-eos",
    family: Family::Profile,
    level: Level::Warning,
    summary: "end and begin tokens are the profile's",
    explanation: include_str!("profile_eos.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Tokenizer, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::other(context) {
        checks::stop_tokens(profile, context, findings);
    }
}
