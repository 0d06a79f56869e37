//! `graph-kv-order`.

use crate::checkout::capability::Feature;
use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-kv-order",
    family: Family::Graph,
    level: Level::Note,
    summary: "the first two states are the key-value pair",
    explanation: include_str!("graph_kv_order.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::token_step(context) else {
        return;
    };
    let states = &step.function.states;
    if states.len() < 3 || step.growing().len() < 2 {
        return;
    }
    if states[..2].iter().all(crate::model::Value::is_dynamic) {
        return;
    }
    let by_position = context
        .engine
        .is_some_and(|engine| engine.is(Feature::CachesByPosition));
    let actual: Vec<&str> = states.iter().map(|state| state.name.as_str()).collect();
    findings
        .report(
            step.subject("states", ""),
            format!("the states are {} and the first two are not the growing ones, which engines before 3 August 2026 (E0 and E1) take for the key-value pair by position, so there they grow the wrong states", actual.join(", ")),
        )
        .level(if by_position { Level::Error } else { Level::Note })
        .expected("the growing key and value states first")
        .actual(actual.join(", "))
        .help("export the states in the order key, value, others; every engine accepts that");
}
