//! `graph-input-shape`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-input-shape",
    family: Family::Graph,
    level: Level::Error,
    summary: "token ids and positions have shape [1, n]",
    explanation: include_str!("graph_input_shape.md"),
    provenance: &[Provenance::Engine, Provenance::Community],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::token_step(context) else {
        return;
    };
    let Some((ids, positions)) = step.ids_and_positions() else {
        return;
    };
    for input in [ids, positions] {
        let Some((_, shape)) = input.tensor() else {
            continue;
        };
        if shape.len() == 2 && matches!(shape[0], None | Some(1)) {
            continue;
        }
        let actual = crate::profile::ShownShape(shape);
        findings
            .report(
                step.input(input),
                format!("{} has shape {actual} and the engine binds one sequence as [1, n], so the first run aborts", input.name),
            )
            .expected("[1, n]")
            .actual(actual)
            .help("export with a batch of one and rank two");
    }
}
