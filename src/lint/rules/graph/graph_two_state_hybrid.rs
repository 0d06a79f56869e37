//! `graph-two-state-hybrid`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-two-state-hybrid",
    family: Family::Graph,
    level: Level::Warning,
    summary: "two states are a key-value pair",
    explanation: include_str!("graph_two_state_hybrid.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::step(context) else {
        return;
    };
    let [first, second] = step.function.states.as_slice() else {
        return;
    };
    let (growing, fixed) = match (first.is_dynamic(), second.is_dynamic()) {
        (true, false) => (first, second),
        (false, true) => (second, first),
        _ => return,
    };
    findings
        .report(
            step.state(fixed),
            format!("of two states {} grows and {} is static, and the engine takes any two states for keys and values, so it treats {} as a cache that can be grown and rewound", growing.name, fixed.name, fixed.name),
        )
        .expected("a key and a value state")
        .actual(step::typed(fixed))
        .help("split the growing state into keys and values, so that three states are classified one by one");
}
