//! `graph-vocab-width`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-vocab-width",
    family: Family::Graph,
    level: Level::Warning,
    summary: "the width of the logits is a multiple of 64",
    explanation: include_str!("graph_vocab_width.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Asset],
    check,
};

/// What the width was recorded to have to be a multiple of.
const MULTIPLE: u64 = 64;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    // The vision-language and the static-shape engine sample on the CPU.
    let Some(step) = step::token_step(context) else {
        return;
    };
    let Some(logits) = step.logits() else {
        return;
    };
    let Some(width) = step::shape(logits).last().copied().flatten() else {
        return;
    };
    if width % MULTIPLE == 0 {
        return;
    }
    let padded = width.saturating_add(MULTIPLE - width % MULTIPLE);
    findings
        .report(
            step.output(logits),
            format!("the logits are {width} wide, no multiple of {MULTIPLE}, and the pipelined engine was recorded to abort at warm-up with such a width (73448)"),
        )
        .expected(format!("a multiple of {MULTIPLE}, such as {padded}"))
        .actual(width)
        .help(format!("pad the head to {padded} rows in the export and set vocab_size to that"));
}
