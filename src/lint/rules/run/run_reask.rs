//! `run-reask`.

use super::{duty, needs};
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-reask",
    family: Family::Run,
    level: Level::Warning,
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
        Some(engine) if needs::guards_recurrent_states(engine) => return,
        Some(engine) if needs::rewinds_in_silence(engine) => Level::Warning,
        _ => Level::Note,
    };
    duty::report(duty, level, findings);
}
