//! `graph-ios-dynamic-kv`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-ios-dynamic-kv",
    family: Family::Graph,
    level: Level::Error,
    summary: "a growing cache stays below 2048 tokens on iOS",
    explanation: include_str!("graph_ios_dynamic_kv.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Manifest, Need::Asset],
    check,
};

/// Bound cache length from which results on iOS were seen corrupted, tokens.
const CORRUPT_FROM: i64 = 2048;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::step(context) else {
        return;
    };
    let length = context
        .language()
        .and_then(|language| language.max_context_length());
    let Some(length) = length.filter(|length| *length >= CORRUPT_FROM) else {
        return;
    };
    if step.growing().is_empty() {
        return;
    }
    findings
        .report(
            "language.max_context_length",
            format!("max_context_length is {length} with growing caches, and iOS computes garbage from the first token once the bound cache holds {CORRUPT_FROM} or more, so on an iPhone the engine must not grow that far"),
        )
        .level(context.level_on_ios(Level::Error))
        .expected(format!("below {CORRUPT_FROM} on iOS"))
        .actual(length)
        .help("ship a bundle with max_context_length 1024 for iOS, or cap the cache in the app and always pass a token limit");
}
