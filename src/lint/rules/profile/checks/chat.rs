//! Stop tokens and chat template against the profile's.

use crate::bundle::{Parsing, token_text};
use crate::lint::{Context, Findings};
use crate::profile::Profile;

const CONFIG_FILE: &str = "tokenizer/tokenizer_config.json";

/// Holds the tokenizer's end and begin tokens to the profile's.
pub(in super::super) fn stop_tokens(
    profile: &Profile,
    context: &Context<'_>,
    findings: &mut Findings<'_>,
) {
    let Some(config) = context
        .tokenizer()
        .and_then(|tokenizer| tokenizer.config.as_ref())
    else {
        return;
    };
    let needed = [
        (
            "eos_token",
            &profile.model.eos_token,
            "generation runs to the token limit",
        ),
        (
            "bos_token",
            &profile.model.bos_token,
            "prompts begin otherwise than in training",
        ),
    ];
    for (key, needed, consequence) in needed {
        let Some(needed) = needed else { continue };
        let seen = config.value.get(key).and_then(token_text);
        if seen == Some(needed) {
            continue;
        }
        let shown = seen.map_or_else(|| "absent".to_owned(), |seen| format!("{seen:?}"));
        let message = format!(
            "{key} is {shown}, {} has {needed:?}; {consequence}",
            profile.title
        );
        let line = config.line_of(&format!("/{key}"));
        let finding = findings.report(format!("tokenizer.{key}"), message);
        finding
            .expected(needed)
            .at(CONFIG_FILE, line)
            .help(format!("set {key} to {needed:?} in {CONFIG_FILE}"));
        if let Some(seen) = seen {
            finding.actual(seen);
        }
    }
}

/// Holds the chat template to the profile's markers, and to being a template at all.
pub(in super::super) fn template(
    profile: &Profile,
    context: &Context<'_>,
    findings: &mut Findings<'_>,
) {
    let Some(template) = context
        .tokenizer()
        .and_then(|tokenizer| tokenizer.chat_template.as_ref())
    else {
        return;
    };
    if let Parsing::Broken(error) = template.parse() {
        let message = format!(
            "the chat template of {} does not parse ({error}); conversations fall back to plain text or fail",
            template.source
        );
        findings
            .report("tokenizer.chat_template", message)
            .actual(error)
            .at(&template.source, 1)
            .help("take the template from the source model unchanged");
        return;
    }
    let missing = profile
        .model
        .template_markers
        .iter()
        .filter(|marker| !template.text.contains(marker.as_str()))
        .map(String::as_str)
        .collect::<Vec<_>>();
    if missing.is_empty() {
        return;
    }
    let message = format!(
        "the chat template of {} never writes {}, by which {} tells roles apart",
        template.source,
        missing.join(" or "),
        profile.title
    );
    findings
        .report("tokenizer.chat_template", message)
        .expected(profile.model.template_markers.join(", "))
        .at(&template.source, 1)
        .help("take the template from the source model unchanged");
}
