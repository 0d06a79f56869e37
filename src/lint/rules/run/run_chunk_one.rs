//! `run-chunk-one`.

use super::duty;
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
    let spared = context
        .engine
        .is_some_and(|engine| engine.has(Capability::StaticChunk));
    if let Some(duty) = duty::of(context, RULE.id).filter(|_| !spared) {
        duty::report(duty, Level::Note, findings);
    }
}
