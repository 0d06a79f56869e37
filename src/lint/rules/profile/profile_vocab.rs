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
        case.edit_manifest(|json| json["language"]["vocab_size"] = 5.into());
        assert_eq!(case.check(&RULE)[0].subject, "language.vocab_size");
    }
}
