//! Stretches of the engine's history, as labels for people.

use std::{fmt, io};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Capability;
use super::probe::{Probe, some_probes};
use super::reader::Reader;
use crate::checkout::tree::TreeView;

/// The id of a stretch of the engine's history, such as `E3`; `patches/series.toml` lists them.
///
/// A label: no verdict depends on it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Era {
    text: [u8; Era::LONGEST],
    length: u8,
}

impl Era {
    /// The most bytes an id has.
    pub const LONGEST: usize = 23;

    /// The era of this id; `None` where it is empty or longer than [`LONGEST`](Era::LONGEST) bytes.
    pub const fn new(id: &str) -> Option<Era> {
        let bytes = id.as_bytes();
        if bytes.is_empty() || bytes.len() > Era::LONGEST {
            return None;
        }
        let mut text = [0; Era::LONGEST];
        let mut index = 0;
        while index < bytes.len() {
            text[index] = bytes[index];
            index += 1;
        }
        Some(Era {
            text,
            length: bytes.len() as u8,
        })
    }

    /// The id.
    pub fn id(&self) -> &str {
        let bytes = self.text.get(..usize::from(self.length));
        std::str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
    }
}

impl fmt::Display for Era {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl fmt::Debug for Era {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Era {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Era {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Era, D::Error> {
        let id = String::deserialize(input)?;
        Era::new(&id).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "an era's id has 1 to {} bytes, and `{id}` has {}",
                Era::LONGEST,
                id.len()
            ))
        })
    }
}

/// How an era is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraDefinition {
    /// The era.
    pub id: Era,
    /// What sets it apart, for people.
    pub title: String,
    /// What is not known of it, for people; empty where all that matters was read.
    #[serde(default)]
    pub unknown: String,
    /// The capabilities that its stock text has, or the fork's own; for people, as no verdict depends on it.
    #[serde(default)]
    pub has: Vec<Capability>,
    /// All of these hold; never empty.
    #[serde(deserialize_with = "some_probes")]
    pub when: Vec<Probe>,
}

/// The first era whose probes all hold; `None` where the content is of none of them.
///
/// # Errors
/// When a file cannot be read.
pub fn recognise_era(eras: &[EraDefinition], files: &dyn TreeView) -> io::Result<Option<Era>> {
    era_of(eras, &Reader::new(files))
}

/// The eras whose ids a text names as words, oldest first.
pub fn named_eras<'a>(eras: &'a [EraDefinition], text: &str) -> Vec<&'a EraDefinition> {
    let is_of_word = |c: char| c.is_alphanumeric();
    let stands_alone = |at: usize, id: &str| {
        let before = text[..at].chars().next_back();
        let after = text[at + id.len()..].chars().next();
        !before.is_some_and(is_of_word) && !after.is_some_and(is_of_word)
    };
    let is_named = |era: &&EraDefinition| {
        let id = era.id.to_string();
        text.match_indices(&id).any(|(at, _)| stands_alone(at, &id))
    };
    eras.iter().rev().filter(is_named).collect()
}

pub(super) fn era_of(eras: &[EraDefinition], files: &Reader<'_>) -> io::Result<Option<Era>> {
    for era in eras {
        if files.all_hold(&era.when)? {
            return Ok(Some(era.id));
        }
    }
    Ok(None)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn eras_are_named_by_whole_words() {
        let era = |id: &str| EraDefinition {
            id: Era::new(id).unwrap(),
            title: String::new(),
            unknown: String::new(),
            has: Vec::new(),
            when: Vec::new(),
        };
        let all = [era("E4b"), era("E4"), era("E2")];
        let named = named_eras(&all, "since E2, E4b's (not SE4 or E4c)");
        let ids = named.iter().map(|era| era.id.to_string());
        assert!(ids.eq(["E2", "E4b"]));
    }

    #[test]
    fn an_id_is_data_of_a_certain_length() {
        assert_eq!(
            Era::new("fork zoo-0.4").unwrap().to_string(),
            "fork zoo-0.4"
        );
        assert_eq!(Era::new(""), None);
        assert_eq!(Era::new("an id of more than 23 bytes"), None);
        assert!(toml::from_str::<EraDefinition>("id = 'E1'\ntitle = ''\nwhen = []").is_err());
    }
}
