//! The bundle's `tokenizer/` folder.

use super::JsonDocument;

/// Facts of the embedded tokenizer; each file may be absent.
#[derive(Debug, Default)]
pub struct Tokenizer {
    /// `tokenizer.json` was there and parsed.
    pub has_tokenizer_json: bool,
    /// Highest token id in the vocabulary and added tokens.
    pub highest_id: Option<u64>,
    /// Entries in the vocabulary and added tokens.
    pub entries: u64,
    /// `tokenizer_config.json`.
    pub config: Option<JsonDocument>,
    /// `generation_config.json`, in the bundle or in `tokenizer/`.
    pub generation_config: Option<JsonDocument>,
    /// The chat template, from `chat_template.jinja` or the configuration.
    pub chat_template: Option<ChatTemplate>,
}

/// A chat template and where it was found.
#[derive(Debug, Clone)]
pub struct ChatTemplate {
    /// File it came from, relative to the bundle.
    pub source: String,
    /// Its text.
    pub text: String,
}
