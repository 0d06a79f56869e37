//! What an entry says of a bundle's manifest and of its tokenizer folder.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::error::Error;
use crate::bundle::{Failure, Manifest, Parsing, Target, TargetKind, Tokenizer};
use crate::engine::stop_tokens::stop_tokens;

/// What the manifest and the tokenizer folder say.
#[derive(Debug, Serialize)]
pub struct Bundle<'a> {
    pub name: Option<&'a str>,
    pub kind: Option<&'a str>,
    pub metadata_version: Option<&'a str>,
    pub assets: BTreeMap<&'a str, &'a str>,
    pub language: Option<&'a Json>,
    pub source: Option<&'a Json>,
    pub compression: &'a Json,
    pub tokenizer: Option<TokenizerFacts<'a>>,
}

/// What the tokenizer folder says.
#[derive(Debug, Serialize)]
pub struct TokenizerFacts<'a> {
    pub class: Option<&'a str>,
    pub model: Option<&'a str>,
    pub entries: Option<u64>,
    pub highest_id: Option<u64>,
    pub added_tokens: usize,
    pub special_tokens: usize,
    pub bos_token: Option<SpecialToken<'a>>,
    pub eos_token: Option<SpecialToken<'a>>,
    pub pad_token: Option<SpecialToken<'a>>,
    pub stop_tokens: Vec<String>,
    pub chat_template: Option<Template<'a>>,
    pub errors: Vec<Error>,
}

/// A token by text, with its id where the files tell it.
#[derive(Debug, Serialize)]
pub struct SpecialToken<'a> {
    pub content: &'a str,
    pub id: Option<u64>,
}

/// The chat template, without its text.
#[derive(Debug, Serialize)]
pub struct Template<'a> {
    pub source: &'a str,
    pub bytes: usize,
    pub error: Option<String>,
    pub mentions_eos: bool,
}

pub(super) fn bundle(target: &Target) -> Option<Bundle<'_>> {
    let manifest = target
        .manifest
        .present()
        .filter(|_| target.kind == TargetKind::Bundle)?;
    let root = &manifest.document.value;
    let object = |key: &str| root.get(key).filter(|value| value.is_object());
    let assets = object("assets")
        .and_then(Json::as_object)
        .into_iter()
        .flatten();
    Some(Bundle {
        name: manifest.name(),
        kind: manifest.kind(),
        metadata_version: Manifest::metadata_version(manifest),
        assets: assets
            .filter_map(|(role, file)| Some((role.as_str(), file.as_str()?)))
            .collect(),
        language: object("language"),
        source: object("source"),
        compression: root.get("compression").unwrap_or(&Json::Null),
        tokenizer: target.tokenizer.present().map(TokenizerFacts::new),
    })
}

impl<'a> TokenizerFacts<'a> {
    pub(super) fn new(tokenizer: &'a Tokenizer) -> TokenizerFacts<'a> {
        let token = |key: &str| {
            let content = tokenizer.named_token(key)?;
            let id = tokenizer.id_of(content);
            Some(SpecialToken { content, id })
        };
        let eos_token = token("eos_token");
        let known = tokenizer.has_tokenizer_json;
        let template = tokenizer.chat_template.as_ref();
        let special = tokenizer.added_tokens.iter().filter(|token| token.special);
        TokenizerFacts {
            class: tokenizer.class(),
            model: tokenizer.model.as_deref(),
            entries: known.then_some(tokenizer.entries),
            highest_id: tokenizer.highest_id,
            added_tokens: tokenizer.added_tokens.len(),
            special_tokens: special.count(),
            bos_token: token("bos_token"),
            pad_token: token("pad_token"),
            stop_tokens: stop_tokens(tokenizer)
                .into_iter()
                .map(|stop| stop.content)
                .collect(),
            chat_template: template.map(|template| Template {
                source: &template.source,
                bytes: template.text.len(),
                error: match template.parse() {
                    Parsing::Broken(fault) => Some(fault),
                    Parsing::Sound | Parsing::Unknown(_) => None,
                },
                mentions_eos: template.mentions_end(eos_token.as_ref().map(|eos| eos.content)),
            }),
            eos_token,
            errors: tokenizer
                .errors
                .iter()
                .map(|error| Failure::from(error.clone()).into())
                .collect(),
        }
    }
}
