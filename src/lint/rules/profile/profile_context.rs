//! The context is the profile's.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// The context is the profile's.
pub(super) static RULE: Rule = Rule {
    id: "profile-context",
    family: Family::Profile,
    level: Level::Note,
    summary: "the context is the one the profile's releases have",
    explanation: include_str!("profile_context.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Manifest, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::other(context) {
        checks::context_length(profile, context, findings);
    }
}
