//! `run-guided-hybrid`.

use crate::checkout::capability::{Capability, Era};
use crate::finding::Level;
use crate::lint::rules::facts::step;
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
    let Some(step) = step::token_step(context).filter(|step| step.function.states.len() > 2) else {
        return;
    };
    let level = match context.engine {
        Some(engine) if engine.is_patched(Capability::StaticWarmUp) => return,
        Some(engine) if matches!(engine.era, Some(Era::E0 | Era::E1 | Era::E2)) => return,
        Some(engine) if matches!(engine.era, Some(Era::E3 | Era::E4)) => Level::Error,
        _ => Level::Note,
    };
    findings
        .report(
            step.subject("states", ""),
            format!("guided generation on the GPU, offered since E3, binds the key-value pair only and this model has {} states, so a guided request fails or computes garbage", step.function.states.len()),
        )
        .level(level)
        .expected("the variant coreai-sequential for guided requests")
        .help("use coreai-sequential for guided generation; ignore or lower this rule if the host never asks for it");
}
