//! Which tokens end generation.

use serde_json::Value;

use crate::bundle::{Tokenizer, token_text};

/// Parts of a special token's text that make the engine stop at it.
///
/// Source: the engine's extra stop tokens, since commit `02a8edd`.
const PATTERNS: [&str; 5] = ["end_of_turn", "im_end", "eot_id", "endoftext", "eot_token"];

/// The parts that newer text goes by besides.
///
/// Source: the engine's text of autumn 2026, which also reads `added_tokens` of `tokenizer.json`.
const NEWER_PATTERNS: [&str; 2] = ["|eot|", "|end|"];

/// A token that ends generation, and the key that makes it one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopToken {
    /// Its text.
    pub content: String,
    /// The key of `tokenizer_config.json` it comes from.
    pub source: &'static str,
}

/// The engine's stop tokens: the tokenizer's end token, then the extras it reads from `tokenizer_config.json`.
///
/// `generation_config.json` is never read by the engine, so it takes no part.
pub fn stop_tokens(tokenizer: &Tokenizer) -> Vec<StopToken> {
    let mut tokens: Vec<StopToken> = Vec::new();
    let Some(config) = tokenizer.config.as_ref().map(|config| &config.value) else {
        return tokens;
    };
    let mut add = |source, texts: Vec<&str>| {
        for content in texts {
            if !tokens.iter().any(|token| token.content == content) {
                tokens.push(StopToken {
                    content: content.to_owned(),
                    source,
                });
            }
        }
    };
    add("eos_token", texts(&config["eos_token"]));
    add(
        "additional_special_tokens",
        texts(&config["additional_special_tokens"]),
    );
    let decoder = config["added_tokens_decoder"].as_object();
    let special = decoder.into_iter().flatten().map(|(_, token)| token);
    let matching = special
        .filter(|token| token["special"] == Value::Bool(true))
        .filter_map(token_text)
        .filter(|text| PATTERNS.iter().any(|pattern| text.contains(pattern)));
    add("added_tokens_decoder", matching.collect());
    for pattern in PATTERNS {
        add(pattern, texts(&config[pattern]));
    }
    tokens
}

/// The texts at which only engines since autumn 2026 stop, besides those of [`stop_tokens`]: they go by more patterns, and
/// read the added tokens of `tokenizer.json` too.
pub fn newer_stop_tokens(tokenizer: &Tokenizer) -> Vec<&str> {
    let known = stop_tokens(tokenizer);
    let matches = |text: &&str| {
        let mut patterns = PATTERNS.iter().chain(&NEWER_PATTERNS);
        patterns.any(|pattern| text.contains(pattern))
    };
    let config = tokenizer.config.as_ref().map(|config| &config.value);
    let decoder = config.and_then(|config| config["added_tokens_decoder"].as_object());
    let decoded = decoder
        .into_iter()
        .flatten()
        .filter(|(_, token)| token["special"] == Value::Bool(true))
        .filter_map(|(_, token)| token_text(token));
    let added = tokenizer.added_tokens.iter();
    let added = added
        .filter(|token| token.special)
        .map(|token| token.content.as_str());
    let mut newer: Vec<&str> = Vec::new();
    for text in decoded.chain(added).filter(matches) {
        let is_known = known.iter().any(|token| token.content == text);
        if !is_known && !newer.contains(&text) {
            newer.push(text);
        }
    }
    newer
}

/// The token texts of a value: a token, or a list of them.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(token_text).collect(),
        other => token_text(other).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::json;

    use super::*;
    use crate::bundle::{AddedToken, JsonDocument};

    fn stops(config: Value) -> Vec<String> {
        let tokenizer = Tokenizer {
            config: Some(JsonDocument {
                path: PathBuf::new(),
                text: String::new(),
                value: config,
            }),
            ..Tokenizer::default()
        };
        let tokens = stop_tokens(&tokenizer).into_iter();
        tokens.map(|token| token.content).collect()
    }

    #[test]
    fn every_source_of_the_engine_counts_once() {
        let config = json!({
            "eos_token": ["<e>", {"content": "<f>"}],
            "additional_special_tokens": ["<tool>", "<e>"],
            "added_tokens_decoder": {
                "1": {"content": "<|im_end|>", "special": true},
                "2": {"content": "<|eot_id|>", "special": false},
                "3": {"content": "<|end_of_text|>", "special": true},
            },
            "eot_token": "<eot>",
        });
        assert_eq!(
            stops(config),
            ["<e>", "<f>", "<tool>", "<|im_end|>", "<eot>"]
        );
    }

    #[test]
    fn newer_engines_stop_at_more() {
        let token = |id, content: &str, special| AddedToken {
            id,
            content: content.to_owned(),
            special,
        };
        let tokenizer = Tokenizer {
            config: Some(JsonDocument {
                path: PathBuf::new(),
                text: String::new(),
                value: json!({
                    "eos_token": "<|end|>",
                    "added_tokens_decoder": {
                        "1": {"content": "<|eot|>", "special": true},
                        "2": {"content": "<|im_end|>", "special": true},
                    },
                }),
            }),
            added_tokens: vec![
                token(1, "<|eot|>", true),
                token(3, "<|endoftext|>", true),
                token(4, "<|end|>", true),
                token(5, "|end|", false),
                token(6, "<|end_of_text|>", true),
            ],
            ..Tokenizer::default()
        };
        assert_eq!(newer_stop_tokens(&tokenizer), ["<|eot|>", "<|endoftext|>"]);
    }

    #[test]
    fn no_configuration_has_no_stop_tokens() {
        assert_eq!(stop_tokens(&Tokenizer::default()), []);
        assert_eq!(stops(json!({"eos_token": null})), [] as [&str; 0]);
    }
}
