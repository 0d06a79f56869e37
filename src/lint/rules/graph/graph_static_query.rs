//! `graph-static-query`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-static-query",
    family: Family::Graph,
    level: Level::Note,
    summary: "the graph's query length",
    explanation: include_str!("graph_static_query.md"),
    provenance: &[Provenance::Engine, Provenance::Community],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::token_step(context) else {
        return;
    };
    let (Some(_), Some((ids, _))) = (step.static_query(), step.ids_and_positions()) else {
        return;
    };
    let actual = crate::profile::ShownShape(step::shape(ids));
    if step.is_single_token() {
        findings
            .report(
                step.input(ids),
                format!("{} is {actual}, a graph that takes one token at a time, so the host has to keep to the single-token contract of the run-* rules", ids.name),
            )
            .actual(actual)
            .help("feed one token at a time, in prompts and in warm-up; `granite-bundle preflight` tells what a checkout does by itself");
    } else {
        findings
            .report(
                step.input(ids),
                format!("{} is {actual} and the engine decodes one token at a time into the same function, so the first decode step aborts the process", ids.name),
            )
            .level(Level::Error)
            .expected("[1, ?] or [1, 1]")
            .actual(actual)
            .help("export with a dynamic query length, or with one token");
    }
}
