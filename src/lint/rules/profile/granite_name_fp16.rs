//! A bundle called fp16 has the weights of that form.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// A bundle called fp16 has the weights of that form.
pub(super) static RULE: Rule = Rule {
    id: "granite-name-fp16",
    family: Family::Profile,
    level: Level::Warning,
    summary: "a name that says fp16 is borne out by the weights",
    explanation: include_str!("granite_name_fp16.md"),
    provenance: &[Provenance::Granite, Provenance::Community],
    needs: &[Need::Asset, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::granite(context) {
        checks::claims(profile, |form| form.name == "fp16", context, findings);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;
    use crate::lint::testing::block32;

    #[test]
    fn the_published_form_is_right() {
        assert_eq!(Case::granite_350m().check(&RULE), []);
    }

    #[test]
    fn integer_weights_under_that_name_are_found() {
        let mut case = Case::granite_350m();
        case.asset().weights.quantized.push(block32(2048, 768));
        let found = case.check(&RULE);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].message.contains("1 weights are int8"),
            "{}",
            found[0].message
        );
    }
}
