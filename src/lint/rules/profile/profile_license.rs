//! The license named is the profile's.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// The license named is the profile's.
pub(super) static RULE: Rule = Rule {
    id: "profile-license",
    family: Family::Profile,
    level: Level::Warning,
    summary: "the license named is the profile's",
    explanation: include_str!("profile_license.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::other(context) {
        checks::license(profile, context, findings);
    }
}
