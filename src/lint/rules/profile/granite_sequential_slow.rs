//! Prompts are read one token at a time.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// Prompts are read one token at a time.
pub(super) static RULE: Rule = Rule {
    id: "granite-sequential-slow",
    family: Family::Profile,
    level: Level::Note,
    summary: "prompts are read one token at a time",
    explanation: include_str!("granite_sequential_slow.md"),
    provenance: &[Provenance::Community, Provenance::Engine],
    needs: &[Need::Asset, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let (Some(profile), Some(function)) = (super::granite(context), context.function()) else {
        return;
    };
    let Some(ids) = function.inputs.first() else {
        return;
    };
    if ids
        .tensor()
        .is_none_or(|(_, shape)| shape != [Some(1), Some(1)])
    {
        return;
    }
    findings
        .report(
            format!("functions.{}.inputs.{}", function.name, ids.name),
            format!(
                "{} reads a prompt token by token, no faster than it writes, and a conversation that \
                 diverges is read again from its start",
                profile.title
            ),
        )
        .help("keep system prompts short and send conversations so that each extends the last");
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;

    #[test]
    fn a_single_token_graph_is_noted() {
        let found = Case::granite_350m().check(&RULE);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "functions.main.inputs.input_ids");
    }

    #[test]
    fn a_graph_with_a_dynamic_query_is_not() {
        let mut case = Case::granite_350m();
        if let crate::model::ValueType::Tensor { shape, .. } = &mut case.main().inputs[0].ty {
            shape[1] = None;
        }
        assert_eq!(case.check(&RULE), []);
    }
}
