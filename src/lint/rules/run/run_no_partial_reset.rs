//! `run-no-partial-reset`.

use crate::checkout::capability::{Capability, Era};
use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-no-partial-reset",
    family: Family::Run,
    level: Level::Error,
    summary: "a recurrent state is reset to zero only",
    explanation: include_str!("run_no_partial_reset.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::token_step(context).filter(step::Step::is_hybrid) else {
        return;
    };
    let level = match context.engine {
        Some(engine) if engine.era == Some(Era::E0) => return,
        Some(engine) if engine.is_patched(Capability::ExtraStates) => Level::Note,
        Some(engine) if engine.era == Some(Era::E1) && engine.has(Capability::ExtraStates) => {
            Level::Error
        }
        _ => Level::Note,
    };
    let consequence = if level == Level::Error {
        "this checkout rewinds its counters without a word, so the state keeps later tokens and answers are corrupted"
    } else {
        "E2 and later, and an E1 patched by the built-in stack, refuse `reset(to:)` above 0, and an E1 patched otherwise may corrupt the state in silence"
    };
    findings
        .report(
            step.subject("states", ""),
            format!("the model has a recurrent state that cannot be rewound: {consequence}"),
        )
        .level(level)
        .expected("reset(to: 0)")
        .help("reset to 0 only, and feed the conversation again");
}
