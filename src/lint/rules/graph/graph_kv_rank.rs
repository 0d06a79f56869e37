//! `graph-kv-rank`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-kv-rank",
    family: Family::Graph,
    level: Level::Error,
    summary: "growing states are [layers, batch, heads, ?, width]",
    explanation: include_str!("graph_kv_rank.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

/// Rank of a cache, and the axis along which it grows.
const RANK: usize = 5;
const SEQUENCE: usize = 3;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::step(context) else {
        return;
    };
    let Some((key, value)) = step.pair() else {
        return;
    };
    for state in [key, value].into_iter().filter(|state| state.is_dynamic()) {
        let shape = step::shape(state);
        let grows_elsewhere =
            (0..shape.len()).any(|axis| shape[axis].is_none() != (axis == SEQUENCE));
        if shape.len() == RANK && !grows_elsewhere {
            continue;
        }
        findings
            .report(
                step.state(state),
                format!("{} has shape {} and the engine grows caches of rank {RANK} along axis {SEQUENCE} only, so it traps at the first growth or takes the state for a static one", state.name, crate::profile::ShownShape(shape)),
            )
            .expected("[layers, batch, heads, ?, width]")
            .actual(crate::profile::ShownShape(shape))
            .help("export keys and values stacked over layers, with the sequence as the fourth dimension");
    }
}
