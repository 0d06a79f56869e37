//! `run-extension-skip`.

use super::{duty, needs};
use crate::checkout::capability::{Capability, Feature};
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
    let Some(level) = needs::level_for_some_callers(context, Capability::MultiTurn) else {
        return;
    };
    // Without a prefix cache a prompt is always fed whole.
    let caches = context
        .engine
        .is_none_or(|engine| engine.era.is_none() || engine.is(Feature::PrefixCache));
    if !caches {
        return;
    }
    duty::report(duty, level, findings);
}
