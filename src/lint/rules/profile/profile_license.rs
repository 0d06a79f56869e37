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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;

    #[test]
    fn only_another_family_than_granite_is_judged() {
        assert_eq!(Case::granite_1b().check(&RULE), []);
        assert_eq!(Case::other_family().check(&RULE), []);
    }

    #[test]
    fn a_bundle_that_differs_is_found() {
        let mut case = Case::other_family();
        case.licenses[0].spdx = Some("MIT");
        assert_eq!(case.check(&RULE)[0].subject, "license.LICENSE");
    }
}
