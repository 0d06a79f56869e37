//! A LanguageBundle folder: manifest, asset, tokenizer, license; each part may be changed or left out.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::asset::Asset;
use crate::granite::{Geometry, Granite};

/// A file of the sample bundle in `examples/`.
macro_rules! sample {
    ($file:literal) => {
        include_str!(concat!(
            "../../../examples/granite-4.0-h-1b-signature/",
            $file
        ))
    };
}

/// Text of the chat template: turns framed by role markers, tools between tags.
pub const CHAT_TEMPLATE: &str = sample!("tokenizer/chat_template.jinja");

/// Text of the license file.
const LICENSE: &str = sample!("LICENSE");

/// A bundle to be written.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Content of `metadata.json`; `None` leaves it out.
    pub manifest: Option<Value>,
    /// Name of the asset's folder, and the asset.
    pub asset: Option<(String, Asset)>,
    /// Other assets, by the name of their folder.
    pub side_assets: BTreeMap<String, Asset>,
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
            side_assets: BTreeMap::new(),
            tokenizer: Some(tokenizer()),
            tokenizer_config: Some(tokenizer_config()),
            chat_template: Some(CHAT_TEMPLATE.to_owned()),
            generation_config: None,
            license: Some(LICENSE.to_owned()),
            files: BTreeMap::new(),
        }
    }

    /// False where no file of the tokenizer's folder is to be written.
    fn has_tokenizer(&self) -> bool {
        let files = [
            &self.tokenizer,
            &self.tokenizer_config,
            &self.generation_config,
        ];
        self.chat_template.is_some() || files.iter().any(|file| file.is_some())
    }

    /// Writes the folder.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let tokenizer = folder.join("tokenizer");
        if self.has_tokenizer() {
            std::fs::create_dir_all(&tokenizer)?;
        }
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
        for (name, asset) in &self.side_assets {
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
    json_file(sample!("tokenizer/tokenizer.json"))
}

/// The tokenizer's configuration; `<|end_of_text|>` ends text and turns.
pub fn tokenizer_config() -> Value {
    json_file(sample!("tokenizer/tokenizer_config.json"))
}

fn json_file(text: &str) -> Value {
    serde_json::from_str(text).expect("the sample bundle's files are JSON")
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
