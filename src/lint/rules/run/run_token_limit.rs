//! `run-token-limit`.

use super::duty;
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-token-limit",
    family: Family::Run,
    level: Level::Note,
    summary: "generation runs with a token limit",
    explanation: include_str!("run_token_limit.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest, Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(duty) = duty::of(context, RULE.id) {
        let length = context
            .language()
            .and_then(|language| language.max_context_length());
        let finding = duty::report(duty, Level::Note, findings);
        if let Some(length) = length {
            finding.actual(length);
        }
    }
}
