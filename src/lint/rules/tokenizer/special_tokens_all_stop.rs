//! `special-tokens-all-stop`.

use crate::engine::stop_tokens::stop_tokens;
use crate::finding::Level;
use crate::lint::rules::facts::tokenizer;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "special-tokens-all-stop",
    family: Family::Tokenizer,
    level: Level::Warning,
    summary: "additional_special_tokens are meant to stop generation",
    explanation: include_str!("special_tokens_all_stop.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest, Need::Tokenizer],
    check,
};

/// Parts of texts that begin something, frame a role or carry a tool call: tokens a model writes and goes on.
const GOES_ON: [&str; 12] = [
    "tool",
    "role",
    "start",
    "call",
    "think",
    "header",
    "system",
    "user",
    "assistant",
    "citation",
    "fim",
    "inst]",
];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(tokenizer) = tokenizer::embedded(context) else {
        return;
    };
    let stops = stop_tokens(tokenizer);
    let wrong: Vec<&str> = stops
        .iter()
        .filter(|stop| stop.source == "additional_special_tokens" && goes_on(&stop.content))
        .map(|stop| stop.content.as_str())
        .collect();
    if wrong.is_empty() {
        return;
    }
    findings
        .report(
            "tokenizer.additional_special_tokens",
            format!("additional_special_tokens lists {}, and the engine stops at every token listed there, so answers end at the first tool call or role marker", wrong.join(", ")),
        )
        .expected("tokens that end a turn")
        .actual(wrong.join(", "))
        .help("leave only terminators in the list; the tokens stay special through added_tokens_decoder")
        .at(tokenizer::CONFIG, tokenizer::config_line(tokenizer, "/additional_special_tokens"));
}

fn goes_on(token: &str) -> bool {
    let lower = token.to_ascii_lowercase();
    GOES_ON.iter().any(|part| lower.contains(part))
}
