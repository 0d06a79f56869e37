//! `run-extension-skip`.

use crate::checkout::capability::{Capability, Era};
use crate::finding::Level;
use crate::lint::rules::facts::step;
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
    let Some(step) = step::token_step(context) else {
        return;
    };
    if step.function.states.is_empty() {
        return;
    }
    let level = match context.engine {
        Some(engine) if engine.is_patched(Capability::StaticStep) => return,
        Some(engine) if matches!(engine.era, Some(Era::E0 | Era::E4)) => return,
        Some(engine) if matches!(engine.era, Some(Era::E1 | Era::E2 | Era::E3)) => Level::Warning,
        _ => Level::Note,
    };
    findings
        .report(
            step.subject("states", ""),
            "after a turn that ends by token limit, engines of E1 to E3 never feed the last sampled token when the conversation is extended, so the next turn continues from a text with one token missing",
        )
        .level(level)
        .expected("a reset, or the conversation sent again so that the last token is fed")
        .help("after stopping at a limit, reset before the next turn");
}
