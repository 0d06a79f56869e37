//! `graph-extra-growing`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-extra-growing",
    family: Family::Graph,
    level: Level::Note,
    summary: "extra states do not grow",
    explanation: include_str!("graph_extra_growing.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::token_step(context) else {
        return;
    };
    if step.function.states.len() < 3 {
        return;
    }
    for state in step.growing().into_iter().skip(2) {
        findings
            .report(
                step.state(state),
                format!("{} is a further growing state and the engine allocates it once at max_context_length, so it takes its full memory from the start", state.name),
            )
            .expected("two growing states")
            .actual(crate::profile::ShownShape(step::shape(state)))
            .help("lower max_context_length, or pack the caches into one pair, if memory is short");
    }
}
