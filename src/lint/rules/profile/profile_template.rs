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
        case.tokenizer()
            .chat_template
            .as_mut()
            .unwrap()
            .text
            .clear();
        assert_eq!(case.check(&RULE)[0].subject, "tokenizer.chat_template");
    }
}
