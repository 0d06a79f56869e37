//! The tokenizer the engine loads from the bundle.

use crate::bundle::Tokenizer;
use crate::lint::Context;

/// The embedded tokenizer, if the engine uses it; otherwise it downloads one and ignores the folder.
pub(in crate::lint::rules) fn embedded<'a>(context: &Context<'a>) -> Option<&'a Tokenizer> {
    let wanted = context.language()?.embedded_tokenizer();
    context
        .tokenizer()
        .filter(|tokenizer| wanted && tokenizer.has_tokenizer_json)
}

/// Where a finding about a file of the tokenizer folder is anchored.
pub(in crate::lint::rules) const CONFIG: &str = "tokenizer/tokenizer_config.json";

/// The line of a JSON pointer in the tokenizer's configuration.
pub(in crate::lint::rules) fn config_line(tokenizer: &Tokenizer, pointer: &str) -> u32 {
    tokenizer
        .config
        .as_ref()
        .map_or(1, |config| config.line_of(pointer))
}

/// Parts of the texts by which chat templates frame turns.
const ROLE_MARKERS: [&str; 6] = [
    "start_of_role",
    "im_start",
    "start_of_turn",
    "start_header_id",
    "[INST]",
    "<|assistant|>",
];

/// True if the model is meant for chat: by its name, or by special tokens that frame turns.
pub(in crate::lint::rules) fn is_chat(context: &Context<'_>, tokenizer: &Tokenizer) -> bool {
    let source = context.language().and_then(|language| language.tokenizer());
    let name = context.manifest().and_then(|manifest| manifest.name());
    let words: Vec<String> = [source, name]
        .into_iter()
        .flatten()
        .flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric()))
        .map(str::to_ascii_lowercase)
        .collect();
    let says = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    if says(&["base", "pretrain", "pretrained"]) {
        return false;
    }
    says(&["instruct", "chat", "it"])
        || tokenizer.added_tokens.iter().any(|token| {
            ROLE_MARKERS
                .iter()
                .any(|marker| token.content.contains(marker))
        })
}
