//! `graph-vocab-mismatch`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-vocab-mismatch",
    family: Family::Graph,
    level: Level::Error,
    summary: "vocab_size is the width of the logits",
    explanation: include_str!("graph_vocab_mismatch.md"),
    provenance: &[Provenance::Engine, Provenance::Community],
    needs: &[Need::Manifest, Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let claimed = context
        .language()
        .and_then(|language| language.vocab_size());
    let width =
        step::logits(context).and_then(|logits| step::shape(logits).last().copied().flatten());
    let (Some(claimed), Some(width)) = (claimed, width) else {
        return;
    };
    // A size that is not positive is another rule's.
    if claimed <= 0 || u64::try_from(claimed) == Ok(width) {
        return;
    }
    let is_chunked = context
        .deployment
        .is_some_and(|deployment| deployment.chunked.is_some());
    let consequence = match is_chunked {
        true => {
            "the static-shape engine reads the row of each token at a multiple of the claimed width, so it samples from the wrong numbers or reads past their end"
        }
        false => {
            "creating the engine aborts the process when it resolves the logits to the claimed width"
        }
    };
    findings
        .report(
            "language.vocab_size",
            format!("vocab_size is {claimed} and the logits are {width} wide, so {consequence}"),
        )
        .expected(width)
        .actual(claimed)
        .help(format!("set vocab_size to {width}, padding included"));
}
