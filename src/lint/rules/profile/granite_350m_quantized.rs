//! A Granite 350M has no quantized weights.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// A Granite 350M has no quantized weights.
pub(super) static RULE: Rule = Rule {
    id: "granite-350m-quantized",
    family: Family::Profile,
    level: Level::Error,
    summary: "a 350M is not quantized",
    explanation: include_str!("granite_350m_quantized.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Asset, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::granite(context) {
        checks::quantized_at_all(profile, context, findings);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;
    use crate::lint::testing::block32;

    #[test]
    fn float_weights_are_right() {
        assert_eq!(Case::granite_350m().check(&RULE), []);
    }

    #[test]
    fn the_rule_is_not_for_the_1b() {
        assert_eq!(Case::granite_1b().check(&RULE), []);
    }

    #[test]
    fn quantized_constants_are_found() {
        let mut case = Case::granite_350m();
        case.asset().weights.quantized.push(block32(768, 2048));
        let found = case.check(&RULE);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].message.contains("1 weights are int8"),
            "{}",
            found[0].message
        );
    }

    #[test]
    fn too_few_bytes_are_found() {
        let mut case = Case::granite_350m();
        case.asset().weights.storage[0].bytes = 430_000_000;
        assert!(case.check(&RULE)[0].message.contains("430000000 bytes"));
    }

    #[test]
    fn the_name_alone_is_enough() {
        let mut case = Case::granite_350m();
        case.edit_manifest(|json| json["name"] = "granite_350m_int8lin".into());
        assert!(
            case.check(&RULE)[0]
                .message
                .contains("granite_350m_int8lin")
        );
    }
}
