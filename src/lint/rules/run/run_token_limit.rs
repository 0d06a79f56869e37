//! `run-token-limit`.

use crate::engine::memory::Memory;
use crate::finding::Level;
use crate::lint::rules::facts::step;
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

/// Tokens a cache holds before it first grows.
const FIRST_CAPACITY: u64 = 256;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let (Some(step), Some(asset)) = (step::step(context), context.asset()) else {
        return;
    };
    let length = context
        .language()
        .and_then(|language| u64::try_from(language.max_context_length()?).ok());
    let Some(length) =
        length.filter(|length| *length > FIRST_CAPACITY && !step.growing().is_empty())
    else {
        return;
    };
    let memory = Memory::of(step.function, &asset.weights, Some(length), None);
    let bytes = memory
        .kv_at_max_context
        .map_or_else(String::new, |bytes| format!(", {bytes} bytes,"));
    findings
        .report(
            "language.max_context_length",
            format!("without a token limit the engine grows the caches to {length} tokens{bytes} at the start of a generation, so memory is taken that a short answer does not need"),
        )
        .expected("a token limit with every request")
        .actual(length)
        .help("pass a token limit with every request");
}
