//! `graph-logits-first`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-logits-first",
    family: Family::Graph,
    level: Level::Error,
    summary: "the first output is the logits",
    explanation: include_str!("graph_logits_first.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::step(context) else {
        return;
    };
    let (Some(logits), Some(first)) = (step.logits(), step.function.outputs.first()) else {
        if step.function.outputs.is_empty() {
            no_output(&step, findings);
        }
        return;
    };
    if std::ptr::eq(logits, first) {
        return;
    }
    findings
        .report(
            step.output(first),
            format!("the first output is {} and the engine samples from it although the logits are {}, so it picks tokens from the wrong tensor", first.name, logits.name),
        )
        .expected(&logits.name)
        .actual(&first.name)
        .help("return the logits first; only output 0 is used");
}

fn no_output(step: &step::StepFunction<'_>, findings: &mut Findings<'_>) {
    findings
        .report(
            step.subject("outputs", ""),
            "the function returns no tensor and the engine needs the logits as its first output, so creating the engine fails",
        )
        .expected("logits")
        .actual("no output")
        .help("export a function that returns the logits");
}
