//! `graph-input-count`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-input-count",
    family: Family::Graph,
    level: Level::Error,
    summary: "the function takes exactly two inputs",
    explanation: include_str!("graph_input_count.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::step(context) else {
        return;
    };
    let inputs = &step.function.inputs;
    if inputs.len() == 2 {
        return;
    }
    let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    findings
        .report(
            step.subject("inputs", ""),
            format!(
                "the function takes {} inputs ({}) and the engine feeds exactly 2, so creating the engine fails with `invalidInputType`",
                inputs.len(),
                names.join(", ")
            ),
        )
        .expected("2")
        .actual(inputs.len())
        .help("export a step whose only inputs are token ids and positions; masks are made inside the graph");
}
