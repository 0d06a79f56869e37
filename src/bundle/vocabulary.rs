//! `tokenizer.json`, read in one pass that keeps counts and special tokens, not the vocabulary.

use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::json::JsonError;
use crate::files::{self, json::Natural};

/// Largest `tokenizer.json` read, bytes; the largest known ones have about 35 million.
const MAX_TOKENIZER_BYTES: u64 = 128 << 20;

/// A token of `added_tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AddedToken {
    /// Its id.
    #[serde(deserialize_with = "id")]
    pub id: u64,
    /// Its text.
    pub content: String,
    /// True if it is a control token, not text.
    #[serde(default)]
    pub special: bool,
}

/// What `tokenizer.json` says, without the vocabulary itself.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Vocabulary {
    /// The added tokens, in file order.
    #[serde(default, deserialize_with = "nullable")]
    pub(super) added_tokens: Vec<AddedToken>,
    /// The model's own vocabulary.
    #[serde(default, deserialize_with = "nullable")]
    pub(super) model: Model,
}

/// The `model` of a `tokenizer.json`.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Model {
    /// `BPE`, `Unigram`, `WordPiece` or `WordLevel`.
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
    /// Entries of `vocab`.
    #[serde(default)]
    pub(super) vocab: Ids,
}

/// How many tokens, and up to which id.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ids {
    /// Entries.
    pub(super) entries: u64,
    /// Highest id.
    pub(super) highest: Option<u64>,
}

impl Vocabulary {
    /// Reads a file of at most 128 MiB.
    pub(super) fn read(path: &Path) -> Result<Vocabulary, JsonError> {
        let bytes = files::read_stranger(path, MAX_TOKENIZER_BYTES)
            .map_err(|error| error.into_json(path))?;
        serde_json::from_slice(&bytes).map_err(|error| JsonError::syntax(path, &bytes, &error))
    }

    /// Highest id of vocabulary and added tokens.
    pub(super) fn highest_id(&self) -> Option<u64> {
        let added = self.added_tokens.iter().map(|token| token.id).max();
        added.max(self.model.vocab.highest)
    }

    /// Vocabulary entries and those added tokens whose ids lie above the vocabulary.
    ///
    /// Added tokens inside the vocabulary's range are usually entries of it too, and not counted twice.
    pub(super) fn entries(&self) -> u64 {
        let vocab = self.model.vocab;
        let above = |token: &&AddedToken| vocab.highest.is_none_or(|highest| token.id > highest);
        vocab.entries + self.added_tokens.iter().filter(above).count() as u64
    }
}

fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Natural::deserialize(deserializer).map(|Natural(id)| id)
}

fn nullable<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ids, D::Error> {
        deserializer.deserialize_any(IdsVisitor)
    }
}

/// Accepts a map from text to id, and a list whose positions are the ids.
struct IdsVisitor;

impl<'de> Visitor<'de> for IdsVisitor {
    type Value = Ids;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a vocabulary: an object of ids, or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ids, A::Error> {
        let mut ids = Ids::default();
        while let Some((IgnoredAny, Natural(id))) = map.next_entry::<IgnoredAny, Natural>()? {
            ids.entries += 1;
            ids.highest = ids.highest.max(Some(id));
        }
        Ok(ids)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Ids, A::Error> {
        let mut entries = 0;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            entries += 1;
        }
        Ok(Ids {
            entries,
            highest: u64::checked_sub(entries, 1),
        })
    }

    fn visit_unit<E>(self) -> Result<Ids, E> {
        Ok(Ids::default())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_bpe_vocabulary_is_counted() {
        let vocabulary: Vocabulary = serde_json::from_str(
            r#"{"version":"1.0","added_tokens":[{"id":9,"content":"<e>","special":true},
                {"id":1,"content":"b"}],"normalizer":null,
                "model":{"type":"BPE","vocab":{"a":0,"b":1,"\"":2},"merges":["a b",["a","b"]]}}"#,
        )
        .unwrap();
        assert_eq!(vocabulary.entries(), 4);
        assert_eq!(vocabulary.highest_id(), Some(9));
        assert!(vocabulary.added_tokens[0].special && !vocabulary.added_tokens[1].special);
        assert_eq!(vocabulary.model.kind.as_deref(), Some("BPE"));
    }

    #[test]
    fn a_unigram_vocabulary_counts_positions() {
        let vocabulary: Vocabulary =
            serde_json::from_str(r#"{"model":{"type":"Unigram","vocab":[["a",-1.0],["b",-2.5]]}}"#)
                .unwrap();
        assert_eq!(
            (vocabulary.entries(), vocabulary.highest_id()),
            (2, Some(1))
        );
    }

    #[test]
    fn ids_count_in_any_spelling_of_a_whole_number() {
        let vocabulary: Vocabulary = serde_json::from_str(
            r#"{"added_tokens":[{"id":9.0,"content":"<e>"}],
                "model":{"vocab":{"a":0.0,"b":1e1}}}"#,
        )
        .unwrap();
        assert_eq!(vocabulary.added_tokens[0].id, 9);
        assert_eq!(vocabulary.highest_id(), Some(10));
        let broken = r#"{"model":{"vocab":{"a":0.5}}}"#;
        assert!(serde_json::from_str::<Vocabulary>(broken).is_err());
    }

    #[test]
    fn nulls_are_empty() {
        let vocabulary: Vocabulary =
            serde_json::from_str(r#"{"added_tokens":null,"model":null}"#).unwrap();
        assert_eq!((vocabulary.entries(), vocabulary.highest_id()), (0, None));
    }
}
