//! The loaded function's signature is that of the Granite size.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// The loaded function's signature is that of the Granite size.
pub(super) static RULE: Rule = Rule {
    id: "granite-signature",
    family: Family::Profile,
    level: Level::Error,
    summary: "inputs, outputs and states are exactly those of the Granite size",
    explanation: include_str!("granite_signature.md"),
    provenance: &[Provenance::Granite],
    needs: &[Need::Asset, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::granite(context) {
        checks::signature(profile, context, findings);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;
    use crate::model::{Value, ValueType};

    fn set_shape(value: &mut Value, sizes: &[u64]) {
        if let ValueType::Tensor { shape, .. } = &mut value.ty {
            *shape = sizes.iter().copied().map(Some).collect();
        }
    }

    #[test]
    fn the_published_signatures_are_right() {
        assert_eq!(Case::granite_1b().check(&RULE), []);
        assert_eq!(Case::granite_350m().check(&RULE), []);
    }

    #[test]
    fn a_wrong_convolution_width_is_named() {
        let mut case = Case::granite_1b();
        set_shape(&mut case.main().states[2], &[36, 1, 3072, 3]);
        let found = case.check(&RULE);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "functions.main.states.convState");
        assert_eq!(
            found[0].expected.as_deref(),
            Some("float16 [36, 1, 3328, 3]")
        );
        assert_eq!(found[0].actual.as_deref(), Some("float16 [36, 1, 3072, 3]"));
    }

    #[test]
    fn swapped_states_are_one_finding() {
        let mut case = Case::granite_1b();
        case.main().states.swap(2, 3);
        let found = case.check(&RULE);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "functions.main.states");
    }

    #[test]
    fn a_renamed_state_is_one_finding() {
        let mut case = Case::granite_1b();
        case.main().states[3].name = "recCache".to_owned();
        let found = case.check(&RULE);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "functions.main.states.recCache");
    }

    #[test]
    fn a_missing_and_a_surplus_state_are_each_named() {
        let mut case = Case::granite_1b();
        let state = case.main().states.pop().unwrap();
        assert_eq!(
            case.check(&RULE)[0].subject,
            "functions.main.states.recState"
        );
        case.main().states.push(state.clone());
        case.main().states.push(crate::model::Value {
            name: "fifth".to_owned(),
            ..state
        });
        assert_eq!(case.check(&RULE)[0].subject, "functions.main.states.fifth");
    }

    #[test]
    fn a_dynamic_query_is_a_finding_and_another_vocabulary_is_not() {
        let mut case = Case::granite_1b();
        set_shape(&mut case.main().outputs[0], &[1, 1, 100_353]);
        assert_eq!(case.check(&RULE), []);
        if let ValueType::Tensor { shape, .. } = &mut case.main().inputs[0].ty {
            shape[1] = None;
        }
        assert_eq!(
            case.check(&RULE)[0].subject,
            "functions.main.inputs.input_ids"
        );
    }
}
