//! `run-guided-hybrid`.

use super::duty;
use crate::checkout::capability::{Capability, Era};
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-guided-hybrid",
    family: Family::Run,
    level: Level::Error,
    summary: "guided generation binds every state",
    explanation: include_str!("run_guided_hybrid.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(duty) = duty::of(context, RULE.id) else {
        return;
    };
    let level = match context.engine {
        Some(engine) if engine.is_patched(Capability::StaticWarmUp) => return,
        Some(engine) if matches!(engine.era, Some(Era::E0 | Era::E1 | Era::E2)) => return,
        Some(engine) if matches!(engine.era, Some(Era::E3 | Era::E4)) => Level::Error,
        _ => Level::Note,
    };
    duty::report(duty, level, findings);
}
