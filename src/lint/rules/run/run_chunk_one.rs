//! `run-chunk-one`.

use super::needs;
use crate::checkout::capability::Capability;
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-chunk-one",
    family: Family::Run,
    level: Level::Note,
    summary: "a one-token graph is fed one token at a time",
    explanation: include_str!("run_chunk_one.md"),
    provenance: &[Provenance::Engine, Provenance::Community],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = needs::single_token_without(context, Capability::StaticStep) else {
        return;
    };
    findings
        .report(
            step.subject("inputs", ""),
            "the graph takes one token at a time and the engine feeds prompts in chunks of up to 512, so without COREAI_CHUNK_THRESHOLD=1 the first prompt aborts the process",
        )
        .expected("COREAI_CHUNK_THRESHOLD=1 before the engine is created, or an engine with static-step")
        .help("set COREAI_CHUNK_THRESHOLD=1 before the engine is created, or pass --chunk-size 1 to llm-runner");
}
