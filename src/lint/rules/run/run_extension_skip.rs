//! `run-extension-skip`.

use super::duty;
use crate::checkout::capability::{Capability, Era};
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-extension-skip",
    family: Family::Run,
    level: Level::Warning,
    summary: "turns that end by token limit are followed by a reset",
    explanation: include_str!("run_extension_skip.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(duty) = duty::of(context, RULE.id) else {
        return;
    };
    let level = match context.engine {
        Some(engine) if engine.is_patched(Capability::StaticStep) => return,
        Some(engine) if matches!(engine.era, Some(Era::E0 | Era::E4)) => return,
        Some(engine) if matches!(engine.era, Some(Era::E1 | Era::E2 | Era::E3)) => Level::Warning,
        _ => Level::Note,
    };
    duty::report(duty, level, findings);
}
