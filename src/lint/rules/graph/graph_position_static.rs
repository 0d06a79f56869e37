//! `graph-position-static`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-position-static",
    family: Family::Graph,
    level: Level::Error,
    summary: "the last dimension of the positions is dynamic",
    explanation: include_str!("graph_position_static.md"),
    provenance: &[Provenance::Engine, Provenance::Community],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::step(context) else {
        return;
    };
    let Some((_, positions)) = step.ids_and_positions() else {
        return;
    };
    let Some(length) = step::shape(positions).last().copied().flatten() else {
        return;
    };
    findings
        .report(
            step.input(positions),
            format!("{} has a static length of {length} and the engine binds one position per token so far, so the first other length aborts the process", positions.name),
        )
        .expected("[1, ?]")
        .actual(crate::profile::ShownShape(step::shape(positions)))
        .help("export the positions with a dynamic last dimension, also for a one-token step; of the engines known only the community fork zoo-0.4 feeds one position per step");
}
