//! `graph-tokenizer-overflow`.

use crate::finding::Level;
use crate::lint::rules::facts::{step, tokenizer};
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-tokenizer-overflow",
    family: Family::Graph,
    level: Level::Note,
    summary: "token ids stay below the logits' width",
    explanation: include_str!("graph_tokenizer_overflow.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Asset, Need::Tokenizer],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let highest = tokenizer::embedded(context).and_then(|tokenizer| tokenizer.highest_id);
    let width =
        step::logits(context).and_then(|logits| step::shape(logits).last().copied().flatten());
    let (Some(highest), Some(width)) = (highest, width) else {
        return;
    };
    if highest < width {
        return;
    }
    findings
        .report(
            "tokenizer.vocabulary",
            format!("the tokenizer's highest id is {highest} and the logits are {width} wide, so ids from {width} on are never generated, and feeding one looks up an embedding row that is not there"),
        )
        .expected(format!("ids below {width}"))
        .actual(highest)
        .help("check that tokenizer and weights are of the same model; drop added tokens the model was not trained with");
}
