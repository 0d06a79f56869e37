//! A bundle called int8lin has the weights of that form.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// A bundle called int8lin has the weights of that form.
pub(super) static RULE: Rule = Rule {
    id: "granite-name-int8lin",
    family: Family::Profile,
    level: Level::Warning,
    summary: "a name that says int8lin is borne out by the weights",
    explanation: include_str!("granite_name_int8lin.md"),
    provenance: &[Provenance::Granite, Provenance::Community],
    needs: &[Need::Asset, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::granite(context) {
        checks::claims(profile, |form| form.name == "int8lin", context, findings);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;
    use crate::model::{DType, Storage};

    fn storage(dtype: DType, elements: u64) -> Storage {
        Storage {
            dtype,
            elements,
            bytes: elements * dtype.storage_bytes(),
        }
    }

    #[test]
    fn the_published_form_is_right() {
        assert_eq!(Case::granite_1b().check(&RULE), []);
    }

    #[test]
    fn float_weights_under_that_name_are_found() {
        let mut case = Case::granite_1b();
        let weights = &mut case.asset().weights;
        weights.quantized.clear();
        weights.storage = vec![storage(DType::Float16, 1_460_699_136)];
        let found = case.check(&RULE);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "name");
        assert!(
            found[0].message.contains("no weight is quantized"),
            "{}",
            found[0].message
        );
    }

    #[test]
    fn another_block_size_is_found() {
        let mut case = Case::granite_1b();
        let layer = &mut case.asset().weights.quantized[1];
        layer.scale.as_mut().unwrap().block = vec![1, 64];
        assert!(case.check(&RULE)[0].message.contains("blocks of [1, 64]"));
    }

    #[test]
    fn a_head_of_its_own_is_found() {
        let mut case = Case::granite_1b();
        case.asset().weights.head.as_mut().unwrap().tied = Some(false);
        assert!(
            case.check(&RULE)[0]
                .message
                .contains("head is not the embedding")
        );
    }

    #[test]
    fn other_weights_of_the_same_kind_are_told_by_their_bytes() {
        let mut case = Case::granite_1b();
        case.asset().weights.storage[0].bytes -= 40_000_000;
        assert!(case.check(&RULE)[0].message.contains("1656499712 bytes"));
    }

    #[test]
    fn a_name_without_the_word_claims_nothing() {
        let mut case = Case::granite_1b();
        case.asset().weights.quantized.clear();
        case.asset().name = "granite".into();
        case.edit_manifest(|json| json["name"] = "granite".into());
        assert_eq!(case.check(&RULE), []);
    }
}
