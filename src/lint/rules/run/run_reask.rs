//! `run-reask`.

use super::duty;
use crate::checkout::capability::{Capability, Era};
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-reask",
    family: Family::Run,
    level: Level::Error,
    summary: "a prompt is sent again only after a reset",
    explanation: include_str!("run_reask.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(duty) = duty::of(context, RULE.id) else {
        return;
    };
    let level = match context.engine {
        Some(engine) if engine.is_patched(Capability::ExtraStates) => return,
        Some(engine) if matches!(engine.era, Some(Era::E2 | Era::E3 | Era::E4)) => return,
        Some(engine) if engine.era == Some(Era::E1) && engine.has(Capability::ExtraStates) => {
            Level::Error
        }
        _ => Level::Note,
    };
    duty::report(duty, level, findings);
}
