//! Text and ids, by the bundle's own tokenizer.

use std::path::{Path, PathBuf};

use tokenizers::Tokenizer;

/// Why text cannot be turned into ids, or back.
#[derive(Debug, thiserror::Error)]
#[error("{}: {message}", path.display())]
pub struct TextError {
    /// The tokenizer's file.
    pub path: PathBuf,
    /// What the library says of it.
    pub message: String,
}

/// A tokenizer, read.
#[derive(Debug)]
pub struct Text {
    path: PathBuf,
    tokenizer: Tokenizer,
}

impl Text {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// A file that is missing, or that the library does not take.
    pub fn open(path: &Path) -> Result<Text, TextError> {
        let failed = |message: String| TextError {
            path: path.to_owned(),
            message,
        };
        let tokenizer = Tokenizer::from_file(path).map_err(|error| failed(error.to_string()))?;
        Ok(Text {
            path: path.to_owned(),
            tokenizer,
        })
    }

    /// The ids of a text; with those that the tokenizer puts around one, where `whole`.
    ///
    /// # Errors
    /// A text that the tokenizer does not take.
    pub fn encode(&self, text: &str, whole: bool) -> Result<Vec<u32>, TextError> {
        let encoded = self.tokenizer.encode(text, whole);
        encoded
            .map(|encoding| encoding.get_ids().to_vec())
            .map_err(|error| self.failed(error.to_string()))
    }

    /// The text of ids, without special tokens.
    ///
    /// # Errors
    /// Ids that the tokenizer does not know how to join.
    pub fn decode(&self, ids: &[u32]) -> Result<String, TextError> {
        self.tokenizer
            .decode(ids, true)
            .map_err(|error| self.failed(error.to_string()))
    }

    /// The id of a token's text.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }

    fn failed(&self, message: String) -> TextError {
        TextError {
            path: self.path.clone(),
            message,
        }
    }
}

/// Text that grows token by token: what can be shown of it is shown once.
#[derive(Debug)]
pub struct Stream<'t> {
    text: &'t Text,
    ids: Vec<u32>,
    /// From here on ids are decoded again: a token's text depends on the one before it.
    context: usize,
    /// Up to here their text was given out.
    given: usize,
}

impl<'t> Stream<'t> {
    /// An empty text.
    pub fn new(text: &'t Text) -> Stream<'t> {
        Stream {
            text,
            ids: Vec::new(),
            context: 0,
            given: 0,
        }
    }

    /// What one more token adds; nothing where a character is not whole yet.
    ///
    /// # Errors
    /// As [`Text::decode`].
    pub fn push(&mut self, id: u32) -> Result<String, TextError> {
        self.ids.push(id);
        let before = self.text.decode(&self.ids[self.context..self.given])?;
        let after = self.text.decode(&self.ids[self.context..])?;
        let new = after.strip_prefix(before.as_str()).unwrap_or_default();
        if new.is_empty() || after.ends_with(char::REPLACEMENT_CHARACTER) {
            return Ok(String::new());
        }
        self.context = self.given;
        self.given = self.ids.len();
        Ok(new.to_owned())
    }
}
