//! `run-long-prefill-reset`.

use crate::checkout::capability::Capability;
use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-long-prefill-reset",
    family: Family::Run,
    level: Level::Warning,
    summary: "a long prefill is cancelled before a reset",
    explanation: include_str!("run_long_prefill_reset.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::token_step(context).filter(step::Step::is_single_token) else {
        return;
    };
    let level = match context.engine {
        Some(engine) if engine.is_patched(Capability::StaticWarmUp) => return,
        Some(_) => Level::Warning,
        None => Level::Note,
    };
    findings
        .report(
            step.subject("inputs", ""),
            "a prompt is fed one token at a time, and a reset that finds the GPU busy for more than about 5 s ends the process, which a prompt of some 150 tokens reaches",
        )
        .level(level)
        .expected("cancel, wait, then reset")
        .help("await cancel() before reset(to: 0) while a prompt is being fed");
}
