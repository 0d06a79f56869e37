//! `run-warmup`.

use super::duty;
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
    let spared = context
        .engine
        .is_some_and(|engine| engine.has(Capability::StaticWarmUp));
    if let Some(duty) = duty::of(context, RULE.id).filter(|_| !spared) {
        duty::report(duty, Level::Note, findings);
    }
}
