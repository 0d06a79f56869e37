//! `run-warmup`.

use super::needs;
use crate::checkout::capability::Capability;
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-warmup",
    family: Family::Run,
    level: Level::Note,
    summary: "a one-token graph is warmed up with one token",
    explanation: include_str!("run_warmup.md"),
    provenance: &[Provenance::Engine, Provenance::Community],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = needs::single_token_without(context, Capability::StaticWarmUp) else {
        return;
    };
    findings
        .report(
            step.subject("inputs", ""),
            "the graph takes one token at a time and the default warm-up runs 256, so a warm-up of length 0 (the default) aborts the process",
        )
        .expected("warm-up length 1, or none, or an engine with static-warm-up")
        .help("call warmup(1); with llm-runner, --warmup exact --warmup-length 1");
}
