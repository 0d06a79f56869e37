//! The bundle's `tokenizer/` folder.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::template::{self, ChatTemplate};
use super::vocabulary::{AddedToken, Vocabulary};
use super::{JsonDocument, JsonError};
use crate::files::Root;

/// Facts of the embedded tokenizer; each file may be absent.
#[derive(Debug, Default)]
pub struct Tokenizer {
    /// The folder.
    pub path: PathBuf,
    /// `tokenizer.json` was there and parsed.
    pub has_tokenizer_json: bool,
    /// Its `model.type`: `BPE`, `Unigram`, `WordPiece` or `WordLevel`.
    pub model: Option<String>,
    /// Highest token id in the vocabulary and added tokens.
    pub highest_id: Option<u64>,
    /// Entries in the vocabulary and added tokens.
    pub entries: u64,
    /// Its added tokens, in file order.
    pub added_tokens: Vec<AddedToken>,
    /// `tokenizer_config.json`.
    pub config: Option<JsonDocument>,
    /// `generation_config.json`, in the bundle or in `tokenizer/`.
    pub generation_config: Option<JsonDocument>,
    /// The chat template, from `chat_template.jinja`, `chat_template.json` or the configuration.
    pub chat_template: Option<ChatTemplate>,
    /// Files that are there but could not be read, in the order above.
    pub errors: Vec<JsonError>,
}

impl Tokenizer {
    /// Reads the folder's files; `Err` if the folder itself cannot be used.
    pub(super) fn read(bundle: &Path, root: &Root) -> Result<Option<Tokenizer>, JsonError> {
        let folder = bundle.join("tokenizer");
        root.check(&folder)
            .map_err(|error| error.into_json(&folder))?;
        if !folder.is_dir() {
            return Ok(None);
        }
        let mut reader = Reader {
            root,
            errors: Vec::new(),
        };
        let vocabulary = reader.file(&folder.join("tokenizer.json"), Vocabulary::read);
        let config = reader.file(&folder.join("tokenizer_config.json"), JsonDocument::read);
        let generation_config = [&folder, bundle].into_iter().find_map(|place| {
            reader.file(&place.join("generation_config.json"), JsonDocument::read)
        });
        let chat_template = reader.template(&folder, config.as_ref());
        let mut tokenizer = Tokenizer {
            path: folder,
            config,
            generation_config,
            chat_template,
            errors: reader.errors,
            ..Tokenizer::default()
        };
        if let Some(vocabulary) = vocabulary {
            tokenizer.has_tokenizer_json = true;
            tokenizer.highest_id = vocabulary.highest_id();
            tokenizer.entries = vocabulary.entries();
            tokenizer.added_tokens = vocabulary.added_tokens;
            tokenizer.model = vocabulary.model.kind;
        }
        Ok(Some(tokenizer))
    }

    /// `tokenizer_class` of the configuration.
    pub fn class(&self) -> Option<&str> {
        self.config.as_ref()?.value.get("tokenizer_class")?.as_str()
    }

    /// The text of a token named in the configuration, such as `eos_token`; written as a string or as an object
    /// with `content`.
    pub fn named_token(&self, key: &str) -> Option<&str> {
        token_text(self.config.as_ref()?.value.get(key)?)
    }

    /// The id of a token: an added token of that text, or one of `added_tokens_decoder`.
    pub fn id_of(&self, content: &str) -> Option<u64> {
        let added = self.added_tokens.iter();
        let listed = added
            .filter(|token| token.content == content)
            .map(|token| token.id)
            .next();
        listed.or_else(|| {
            let decoder = self.config.as_ref()?.value.get("added_tokens_decoder")?;
            let mut entries = decoder.as_object()?.iter();
            let (id, _) = entries.find(|(_, token)| token_text(token) == Some(content))?;
            id.parse().ok()
        })
    }
}

/// The text of a token written as a string or as an object with `content`.
pub fn token_text(token: &Value) -> Option<&str> {
    token.as_str().or_else(|| token.get("content")?.as_str())
}

/// Reads files that may be absent and keeps the errors of those that are not.
struct Reader<'a> {
    root: &'a Root,
    errors: Vec<JsonError>,
}

impl Reader<'_> {
    fn file<T>(
        &mut self,
        path: &Path,
        read: impl FnOnce(&Path) -> Result<T, JsonError>,
    ) -> Option<T> {
        if std::fs::symlink_metadata(path).is_err() {
            return None;
        }
        let allowed = self.root.check(path).map_err(|error| error.into_json(path));
        match allowed.and_then(|()| read(path)) {
            Ok(value) => Some(value),
            Err(error) => {
                self.errors.push(error);
                None
            }
        }
    }

    fn template(&mut self, folder: &Path, config: Option<&JsonDocument>) -> Option<ChatTemplate> {
        let text = self.file(&folder.join("chat_template.jinja"), template::read_text);
        if let Some(text) = text {
            return Some(ChatTemplate {
                source: "tokenizer/chat_template.jinja".to_owned(),
                text,
            });
        }
        let document = self.file(&folder.join("chat_template.json"), JsonDocument::read);
        let places = [
            (document.as_ref(), "tokenizer/chat_template.json"),
            (config, "tokenizer/tokenizer_config.json"),
        ];
        places.into_iter().find_map(|(document, source)| {
            let text = template::in_document(&document?.value)?;
            Some(ChatTemplate {
                source: source.to_owned(),
                text: text.to_owned(),
            })
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::fs;

    use super::*;

    fn read(files: &[(&str, &str)]) -> Tokenizer {
        let bundle = tempfile::tempdir().unwrap();
        fs::create_dir(bundle.path().join("tokenizer")).unwrap();
        for (name, text) in files {
            fs::write(bundle.path().join(name), text).unwrap();
        }
        let root = Root::new(bundle.path());
        Tokenizer::read(bundle.path(), &root).unwrap().unwrap()
    }

    #[test]
    fn one_broken_file_does_not_hide_the_others() {
        let tokenizer = read(&[
            ("tokenizer/tokenizer.json", "{"),
            (
                "tokenizer/tokenizer_config.json",
                r#"{"eos_token":{"content":"</s>"}}"#,
            ),
            ("generation_config.json", r#"{"eos_token_id":2}"#),
        ]);
        assert!(!tokenizer.has_tokenizer_json);
        assert_eq!(tokenizer.errors.len(), 1);
        assert_eq!(tokenizer.named_token("eos_token"), Some("</s>"));
        assert!(tokenizer.generation_config.is_some());
    }

    #[test]
    fn ids_come_from_either_file() {
        let tokenizer = read(&[
            (
                "tokenizer/tokenizer.json",
                r#"{"added_tokens":[{"id":7,"content":"<a>"}]}"#,
            ),
            (
                "tokenizer/tokenizer_config.json",
                r#"{"added_tokens_decoder":{"8":{"content":"<b>"}}}"#,
            ),
        ]);
        assert_eq!(tokenizer.id_of("<a>"), Some(7));
        assert_eq!(tokenizer.id_of("<b>"), Some(8));
        assert_eq!(tokenizer.id_of("<c>"), None);
    }

    #[test]
    fn a_template_file_wins_over_the_configuration() {
        let config = (
            "tokenizer/tokenizer_config.json",
            r#"{"chat_template":"in config"}"#,
        );
        let tokenizer = read(&[config]);
        assert_eq!(tokenizer.chat_template.unwrap().text, "in config");
        let tokenizer = read(&[config, ("tokenizer/chat_template.jinja", "in file")]);
        let template = tokenizer.chat_template.unwrap();
        assert_eq!(template.text, "in file");
        assert_eq!(template.source, "tokenizer/chat_template.jinja");
    }
}
