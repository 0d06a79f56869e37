//! `tool-markers`.

use crate::finding::Level;
use crate::lint::rules::facts::tokenizer;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "tool-markers",
    family: Family::Tokenizer,
    level: Level::Note,
    summary: "tool-call markers are tokens",
    explanation: include_str!("tool_markers.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest, Need::Tokenizer],
    check,
};

/// Marker pairs the engine looks for.
const PAIRS: [(&str, &str); 2] = [
    ("<tool_call>", "</tool_call>"),
    ("<function_calls>", "</function_calls>"),
];

/// The one marker that needs no partner.
const SINGLE: &str = "[TOOL_CALLS]";

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(tokenizer) = tokenizer::embedded(context) else {
        return;
    };
    let Some(template) = &tokenizer.chat_template else {
        return;
    };
    let is_token = |text: &str| tokenizer.id_of(text).is_some();
    let has_pair = PAIRS
        .iter()
        .any(|(open, close)| is_token(open) && is_token(close));
    if !template.text.contains("tools") || has_pair || is_token(SINGLE) {
        return;
    }
    findings
        .report(
            "tokenizer.tool_markers",
            "the chat template takes tools and the tokenizer has no marker pair the engine knows as tokens, so tool calls come back as plain text and tool calling is off without a word",
        )
        .expected("<tool_call> and </tool_call>, <function_calls> and </function_calls>, or [TOOL_CALLS]")
        .actual("none of them, or one half")
        .help("add both markers as special tokens if the model writes them");
}
