//! `eos-not-in-template`.

use crate::engine::stop_tokens::{newer_stop_tokens, stop_tokens};
use crate::finding::Level;
use crate::lint::rules::facts::tokenizer;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "eos-not-in-template",
    family: Family::Tokenizer,
    level: Level::Warning,
    summary: "the chat template ends turns with the end token",
    explanation: include_str!("eos_not_in_template.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Manifest, Need::Tokenizer],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(tokenizer) = tokenizer::embedded(context) else {
        return;
    };
    let (Some(eos), Some(template)) =
        (tokenizer.named_token("eos_token"), &tokenizer.chat_template)
    else {
        return;
    };
    if template.text.contains(eos) || template.text.contains("eos_token") {
        return;
    }
    // An extra stop token that the template writes ends the turn as well.
    let stops = stop_tokens(tokenizer);
    if stops
        .iter()
        .any(|stop| template.text.contains(&stop.content))
    {
        return;
    }
    let newer = newer_stop_tokens(tokenizer);
    let ends = newer.iter().find(|text| template.text.contains(**text));
    if let Some(ends) = ends {
        findings
            .report(
                "tokenizer.eos_token",
                format!("eos_token is {eos} and the chat template ends turns with {ends}, at which only engines since autumn 2026 stop, so earlier ones run on to the token limit"),
            )
            .level(Level::Note)
            .expected(*ends)
            .actual(eos)
            .help(format!("set eos_token to {ends}, or list both in it: it may be an array"))
            .at(tokenizer::CONFIG, tokenizer::config_line(tokenizer, "/eos_token"));
        return;
    }
    findings
        .report(
            "tokenizer.eos_token",
            format!("eos_token is {eos} and the chat template never writes it or another stop token, so a model that learnt the template's turns does not stop before the token limit"),
        )
        .expected("an eos_token that ends turns in the template")
        .actual(eos)
        .help("set eos_token to the token with which the template ends an assistant's turn")
        .at(tokenizer::CONFIG, tokenizer::config_line(tokenizer, "/eos_token"));
}
