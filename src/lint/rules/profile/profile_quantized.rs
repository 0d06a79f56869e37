//! A model that must not be quantized is not.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// A model that must not be quantized is not.
pub(super) static RULE: Rule = Rule {
    id: "profile-quantized",
    family: Family::Profile,
    level: Level::Error,
    summary: "a model the profile rules quantization out for is not quantized",
    explanation: include_str!("profile_quantized.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Asset, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::other(context) {
        checks::quantized_at_all(profile, context, findings);
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
        case.profile.as_mut().unwrap().weights.quantization_refused = Some("it failed".to_owned());
        assert_eq!(case.check(&RULE)[0].subject, "weights");
    }
}
