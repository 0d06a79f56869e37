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
        case.asset().weights.head.as_mut().unwrap().kind = crate::model::HeadKind::PerChannel;
        assert_eq!(case.check(&RULE)[0].subject, "weights.head");
    }
}
