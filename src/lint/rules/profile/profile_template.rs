//! The chat template has the profile's markers.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// The chat template has the profile's markers.
pub(super) static RULE: Rule = Rule {
    id: "profile-template",
    family: Family::Profile,
    level: Level::Warning,
    summary: "the chat template parses and has the profile's markers",
    explanation: include_str!("profile_template.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Tokenizer, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::other(context) {
        checks::template(profile, context, findings);
    }
}
