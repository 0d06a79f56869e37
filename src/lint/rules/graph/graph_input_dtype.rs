//! `graph-input-dtype`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};
use crate::model::DType;

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-input-dtype",
    family: Family::Graph,
    level: Level::Error,
    summary: "token ids and positions are int32",
    explanation: include_str!("graph_input_dtype.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::step(context) else {
        return;
    };
    let Some((ids, positions)) = step.ids_and_positions() else {
        return;
    };
    let fed = if step.takes_embeddings {
        vec![positions]
    } else {
        vec![ids, positions]
    };
    for input in fed {
        let dtype = input.tensor().map(|(dtype, _)| dtype);
        if matches!(dtype, Some(DType::Int32 | DType::UInt32)) {
            continue;
        }
        let actual = dtype.map_or("not a tensor", DType::name);
        findings
            .report(
                step.input(input),
                format!("{} is {actual} and the engine always writes int32 into it, so it is read as other numbers", input.name),
            )
            .expected("int32")
            .actual(actual)
            .help("declare the input as int32 and cast inside the graph");
    }
}
