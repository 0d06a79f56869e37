//! `chat-template-missing`.

use crate::finding::Level;
use crate::lint::rules::facts::tokenizer;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "chat-template-missing",
    family: Family::Tokenizer,
    level: Level::Warning,
    summary: "a chat model has a chat template",
    explanation: include_str!("chat_template_missing.md"),
    provenance: &[Provenance::Community, Provenance::Engine],
    needs: &[Need::Manifest, Need::Tokenizer],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(tokenizer) = tokenizer::embedded(context) else {
        return;
    };
    if tokenizer.chat_template.is_some() || !tokenizer::is_chat(context, tokenizer) {
        return;
    }
    findings
        .report(
            "tokenizer.chat_template",
            "the model is a chat model by its name or tokens and the tokenizer has no chat template, so messages are joined as plain text or rendering throws, depending on the caller",
        )
        .expected("tokenizer/chat_template.jinja")
        .actual("absent")
        .help("copy chat_template.jinja of the source model into tokenizer/");
}
