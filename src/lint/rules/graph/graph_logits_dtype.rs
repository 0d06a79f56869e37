//! `graph-logits-dtype`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};
use crate::model::DType;

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-logits-dtype",
    family: Family::Graph,
    level: Level::Error,
    summary: "the logits are float16",
    explanation: include_str!("graph_logits_dtype.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::step(context) else {
        return;
    };
    let Some(logits) = step.logits() else {
        return;
    };
    let dtype = logits.tensor().map(|(dtype, _)| dtype);
    let accepted = match dtype {
        Some(DType::Float16) => true,
        Some(DType::BFloat16) => step.takes_embeddings,
        _ => false,
    };
    if accepted {
        return;
    }
    let actual = dtype.map_or("not a tensor", DType::name);
    findings
        .report(
            step.output(logits),
            format!("the logits are {actual} and the engine samples float16 only, so creating it fails with `unsupportedLogitsType`"),
        )
        .expected("float16")
        .actual(actual)
        .help("cast the logits to float16 as the last operation of the graph");
}
