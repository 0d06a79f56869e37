//! `graph-logits-static`.

use crate::checkout::capability::Capability;
use crate::finding::Level;
use crate::lint::rules::facts::{ENGINE_AS_A_WHOLE, step};
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-logits-static",
    family: Family::Graph,
    level: Level::Error,
    summary: "the logits buffer fits a static logits shape",
    explanation: include_str!("graph_logits_static.md"),
    provenance: &[Provenance::Engine, Provenance::Community],
    needs: &[Need::Asset],
    check,
};

/// Tokens the stock engine sizes its first logits buffer for.
const FIRST_CAPACITY: u64 = 256;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::token_step(context) else {
        return;
    };
    let (Some(length), Some(logits)) = (step.static_logits(), step.logits()) else {
        return;
    };
    let context_length = context
        .language()
        .and_then(|language| u64::try_from(language.max_context_length()?).ok());
    let asked = context_length.map_or(FIRST_CAPACITY, |length| length.min(FIRST_CAPACITY));
    if length >= asked {
        return;
    }
    findings
        .report(
            step.output(logits),
            format!("the logits are static for {length} token(s) and a stock engine before 4 September 2026 (E4b) asks for {asked}, so creating the pipelined engine aborts the process unless the engine sizes the buffer to the graph (static-step)"),
        )
        .level(context.level_by_engine(&[Capability::StaticStep], Level::Error))
        .expected(format!("an engine with static-step, or logits for {asked} tokens"))
        .actual(crate::profile::ShownShape(step::shape(logits)))
        .part_of(ENGINE_AS_A_WHOLE)
        .help("run on an engine with static-step: upstream's since 4 September 2026 (E4b), or a patched one (`granite-bundle preflight` tells)");
}
