//! The head is not quantized per channel where that is ruled out.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// The head is not quantized per channel where that is ruled out.
pub(super) static RULE: Rule = Rule {
    id: "profile-head",
    family: Family::Profile,
    level: Level::Error,
    summary: "the head is not quantized per channel where the profile rules that out",
    explanation: include_str!("profile_head.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Asset, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::other(context) {
        checks::per_channel_head(profile, context, findings);
    }
}
