//! `graph-input-order`.

use crate::checkout::capability::Feature;
use crate::finding::Level;
use crate::lint::rules::facts::step::{self, InputRole};
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-input-order",
    family: Family::Graph,
    level: Level::Error,
    summary: "input 0 is the token ids, input 1 the positions",
    explanation: include_str!("graph_input_order.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::token_step(context) else {
        return;
    };
    let [first, second] = step.function.inputs.as_slice() else {
        return;
    };
    let roles = (step::role(&first.name), step::role(&second.name));
    let in_order = matches!(
        roles,
        (
            InputRole::Ids | InputRole::Unnamed,
            InputRole::Positions | InputRole::Unnamed
        )
    );
    // From E4b on the engine looks inputs up by name, so that their order is free.
    let by_name = context
        .engine
        .is_some_and(|engine| engine.is(Feature::InputsByName))
        && roles == (InputRole::Positions, InputRole::Ids);
    if in_order || by_name {
        return;
    }
    let actual = format!("{}, {}", first.name, second.name);
    findings
        .report(
            step.subject("inputs", ""),
            format!("the inputs are {actual} in this order, and the engine feeds token ids to the first and positions to the second whatever their names, so it computes garbage without an error"),
        )
        .expected("token ids, positions")
        .actual(actual)
        .help("export the inputs in the order input_ids, position_ids");
}
