//! `graph-two-state-hybrid`.

use crate::checkout::capability::Feature;
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
    let (level, consequence) = match context.engine {
        // The text that looks at inputs by name looks at the shapes of two states as well.
        Some(engine) if engine.is(Feature::InputsByName) => (
            Level::Error,
            "the engine needs two that grow, so creating it fails with `Expected at least 2 growing KV cache states`"
                .to_owned(),
        ),
        _ => (
            Level::Warning,
            format!("engines up to August 2026 (E3) take any two states for keys and values, so they treat {} as a cache that can be grown and rewound, and later ones refuse the model", fixed.name),
        ),
    };
    findings
        .report(
            step.state(fixed),
            format!("of two states {} grows and {} is static, and {consequence}", growing.name, fixed.name),
        )
        .level(level)
        .expected("a key and a value state")
        .actual(step::typed(fixed))
        .help("split the growing state into keys and values, so that three states are classified one by one");
}
