//! `run-long-prefill-reset`.

use super::{duty, needs};
use crate::checkout::capability::Capability;
use crate::finding::Level;
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
    let Some(duty) = duty::of(context, RULE.id) else {
        return;
    };
    let Some(level) = needs::level_for_some_callers(context, Capability::PrefillStop) else {
        return;
    };
    duty::report(duty, level, findings);
}
