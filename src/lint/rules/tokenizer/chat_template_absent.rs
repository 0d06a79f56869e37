//! `chat-template-absent`.

use crate::finding::Level;
use crate::lint::rules::facts::tokenizer;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "chat-template-absent",
    family: Family::Tokenizer,
    level: Level::Note,
    summary: "a model without a chat template is a base model",
    explanation: include_str!("chat_template_absent.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Manifest, Need::Tokenizer],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(tokenizer) = tokenizer::embedded(context) else {
        return;
    };
    if tokenizer.chat_template.is_some() || tokenizer::is_chat(context, tokenizer) {
        return;
    }
    findings
        .report(
            "tokenizer.chat_template",
            "the tokenizer has no chat template, so the bundle completes raw text, as a base model is meant to",
        )
        .expected("a template if the model is meant for chat")
        .actual("absent")
        .help("nothing to do for a base model");
}
