//! `graph-input-count`.

use crate::checkout::capability::Feature;
use crate::engine::signature::ATTENTION_MASK;
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
    // The one third input that some upstream text feeds.
    let has_mask = inputs.len() == 3 && names.contains(&ATTENTION_MASK);
    // Engines that find inputs by position have no use for it.
    let is_newer = context
        .engine
        .is_none_or(|engine| engine.is(Feature::InputsByName));
    let (level, which) = match has_mask && !step.takes_embeddings && is_newer {
        true => (
            Level::Warning,
            "the pipelined engine feeds exactly 2, so creating it fails with `invalidInputType`; the newest coreai-sequential feeds attn_mask too",
        ),
        false => (
            Level::Error,
            "the engine feeds exactly 2, so creating the engine fails with `invalidInputType`",
        ),
    };
    findings
        .report(
            step.subject("inputs", ""),
            format!("the function takes {} inputs ({}) and {which}", inputs.len(), names.join(", ")),
        )
        .level(level)
        .expected("2")
        .actual(inputs.len())
        .help("export a step whose only inputs are token ids and positions; masks are made inside the graph");
}
