//! `run-guided-hybrid`.

use super::{duty, needs};
use crate::checkout::capability::Capability;
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-guided-hybrid",
    family: Family::Run,
    level: Level::Warning,
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
    let Some(level) = needs::level_for_some_callers(context, Capability::GuidedHybrid) else {
        return;
    };
    duty::report(duty, level, findings);
}
