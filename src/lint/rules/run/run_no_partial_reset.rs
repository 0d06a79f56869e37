//! `run-no-partial-reset`.

use super::{duty, needs};
use crate::checkout::capability::Feature;
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-no-partial-reset",
    family: Family::Run,
    level: Level::Warning,
    summary: "a recurrent state is reset to zero only",
    explanation: include_str!("run_no_partial_reset.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(duty) = duty::of(context, RULE.id) else {
        return;
    };
    let level = match context.engine {
        // The partial reset came with the prefix cache.
        Some(engine) if engine.era.is_some() && !engine.is(Feature::PrefixCache) => return,
        Some(engine) if needs::rewinds_in_silence(engine) => Level::Warning,
        _ => Level::Note,
    };
    duty::report(duty, level, findings);
}
