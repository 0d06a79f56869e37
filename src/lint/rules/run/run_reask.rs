//! `run-reask`.

use crate::checkout::capability::{Capability, Era};
use crate::finding::Level;
use crate::lint::rules::facts::step;
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
    let Some(step) = step::token_step(context).filter(step::Step::is_hybrid) else {
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
    findings
        .report(
            step.subject("states", ""),
            "sending a prompt again that is already cached makes a patched E1 rewind its counters and not the recurrent state, so the second answer is silently wrong",
        )
        .level(level)
        .expected("reset(to: 0) before the same prompt, or an engine from E2 on")
        .help("reset to 0 before sending the same prompt again; E2 and later replay by themselves");
}
