//! A LanguageBundle folder: manifest, asset, tokenizer, license; each part may be changed or left out.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::asset::Asset;
use crate::granite::{Geometry, Granite};

/// Text of the chat template: turns framed by role markers, tools between tags.
pub const CHAT_TEMPLATE: &str = include_str!("chat_template.jinja");

/// Text of the license file.
const LICENSE: &str = include_str!("../../../LICENSE");

/// Special tokens and their ids, in the range where Granite keeps its own.
const SPECIAL_TOKENS: &[(&str, u64)] = &[
    ("<|end_of_text|>", 100_257),
    ("<|pad|>", 100_256),
    ("<|start_of_role|>", 100_264),
    ("<|end_of_role|>", 100_265),
    ("<tool_call>", 100_270),
    ("</tool_call>", 100_271),
    ("<tool_response>", 100_272),
    ("</tool_response>", 100_273),
    ("<unused_last>", 100_351),
];

/// A bundle to be written.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Content of `metadata.json`; `None` leaves it out.
    pub manifest: Option<Value>,
    /// Name of the asset's folder, and the asset.
    pub asset: Option<(String, Asset)>,
    /// Content of `tokenizer/tokenizer.json`.
    pub tokenizer: Option<Value>,
    /// Content of `tokenizer/tokenizer_config.json`.
    pub tokenizer_config: Option<Value>,
    /// Content of `tokenizer/chat_template.jinja`.
    pub chat_template: Option<String>,
    /// Content of `tokenizer/generation_config.json`.
    pub generation_config: Option<Value>,
    /// Content of `LICENSE`.
    pub license: Option<String>,
    /// Other files, by path relative to the bundle; written last, so that they may replace the rest.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Bundle {
    /// A complete bundle named `name` around a Granite asset: nothing in it is wrong.
    ///
    /// The asset has author and license but no hash file: hashing gigabytes of holes takes seconds.
    pub fn granite(name: &str, granite: &Granite) -> Bundle {
        let model = if granite.geometry == Geometry::granite_350m() {
            "ibm-granite/granite-4.0-h-350m"
        } else {
            "ibm-granite/granite-4.0-h-1b"
        };
        let mut asset = granite.asset();
        if let Some(metadata) = &mut asset.metadata {
            metadata["author"] = json!("granite-bundle tests");
            metadata["license"] = json!("Apache-2.0");
        }
        Bundle {
            manifest: Some(manifest(name, model, granite.geometry.vocab)),
            asset: Some((format!("{name}.aimodel"), asset)),
            tokenizer: Some(tokenizer()),
            tokenizer_config: Some(tokenizer_config()),
            chat_template: Some(CHAT_TEMPLATE.to_owned()),
            generation_config: None,
            license: Some(LICENSE.to_owned()),
            files: BTreeMap::new(),
        }
    }

    /// Writes the folder.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let tokenizer = folder.join("tokenizer");
        std::fs::create_dir_all(&tokenizer)?;
        write_json(folder.join("metadata.json"), self.manifest.as_ref())?;
        write_json(tokenizer.join("tokenizer.json"), self.tokenizer.as_ref())?;
        write_json(
            tokenizer.join("tokenizer_config.json"),
            self.tokenizer_config.as_ref(),
        )?;
        write_json(
            tokenizer.join("generation_config.json"),
            self.generation_config.as_ref(),
        )?;
        if let Some(text) = &self.chat_template {
            std::fs::write(tokenizer.join("chat_template.jinja"), text)?;
        }
        if let Some(text) = &self.license {
            std::fs::write(folder.join("LICENSE"), text)?;
        }
        if let Some((name, asset)) = &self.asset {
            asset.write(&folder.join(name))?;
        }
        for (path, content) in &self.files {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, content)?;
        }
        Ok(())
    }
}

fn write_json(path: PathBuf, value: Option<&Value>) -> io::Result<()> {
    let Some(value) = value else { return Ok(()) };
    std::fs::write(path, serde_json::to_string_pretty(value)? + "\n")
}

/// A manifest as the official exporter writes it, with a context of 4096 tokens.
pub fn manifest(name: &str, model: &str, vocab: u64) -> Value {
    json!({
        "metadata_version": "0.2",
        "kind": "llm",
        "name": name,
        "assets": { "main": format!("{name}.aimodel") },
        "language": {
            "tokenizer": model,
            "vocab_size": vocab,
            "max_context_length": 4096,
            "embedded_tokenizer": true,
            "function_map": { "main": ["main"] },
        },
        "source": { "model_definition": "torch", "hf_model_id": model },
        "compression": null,
        "compilation": { "date": "2026-08-19T12:00:00+00:00", "targets": [] },
    })
}

/// A byte-level BPE tokenizer: the 256 byte symbols, no merges, and the special tokens.
pub fn tokenizer() -> Value {
    let vocab: serde_json::Map<String, Value> = byte_symbols()
        .enumerate()
        .map(|(id, symbol)| (symbol.to_string(), json!(id)))
        .collect();
    let added: Vec<Value> = SPECIAL_TOKENS
        .iter()
        .map(|(content, id)| {
            json!({ "id": id, "content": content, "single_word": false, "lstrip": false,
                    "rstrip": false, "normalized": false, "special": true })
        })
        .collect();
    json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": added,
        "normalizer": null,
        "pre_tokenizer": { "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true },
        "post_processor": null,
        "decoder": { "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true },
        "model": { "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
                   "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
                   "vocab": vocab, "merges": [] },
    })
}

/// The tokenizer's configuration; `<|end_of_text|>` ends text and turns.
pub fn tokenizer_config() -> Value {
    let decoder: serde_json::Map<String, Value> = SPECIAL_TOKENS
        .iter()
        .map(|(content, id)| {
            (
                id.to_string(),
                json!({ "content": content, "lstrip": false, "normalized": false,
                        "rstrip": false, "single_word": false, "special": true }),
            )
        })
        .collect();
    json!({
        "add_bos_token": false,
        "add_prefix_space": false,
        "added_tokens_decoder": decoder,
        "bos_token": "<|end_of_text|>",
        "clean_up_tokenization_spaces": false,
        "eos_token": "<|end_of_text|>",
        "model_max_length": 131_072,
        "pad_token": "<|pad|>",
        "tokenizer_class": "GPT2Tokenizer",
        "unk_token": "<|end_of_text|>",
    })
}

/// The printable stand-ins of the 256 bytes in byte-level BPE, in vocabulary order.
fn byte_symbols() -> impl Iterator<Item = char> {
    let printable = |byte: &u32| matches!(byte, 0x21..=0x7E | 0xA1..=0xAC | 0xAE..=0xFF);
    let shifted = (0u32..256).filter(move |byte| !printable(byte)).count() as u32;
    (0u32..256)
        .filter(move |byte| printable(byte))
        .chain((0..shifted).map(|n| 0x100 + n))
        .filter_map(char::from_u32)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_tokenizer_has_every_byte_and_stays_within_the_vocabulary() {
        let tokenizer = tokenizer();
        let vocab = tokenizer["model"]["vocab"].as_object().unwrap();
        assert_eq!(vocab.len(), 256);
        let ids = tokenizer["added_tokens"].as_array().unwrap().iter();
        let highest = ids.map(|token| token["id"].as_u64().unwrap()).max();
        assert_eq!(highest, Some(100_351));
    }
}
