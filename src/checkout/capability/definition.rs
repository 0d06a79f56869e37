//! What a capability is, and the spellings of it that somebody has described.

use std::io;

use serde::{Deserialize, Deserializer};

use super::Capability;
use super::probe::{Probe, some_probes};
use super::reader::Reader;
use crate::checkout::swift::Pattern;

/// How a capability is recognised, and how its absence is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapabilityDefinition {
    /// The capability.
    pub id: Capability,
    /// What it is, for people.
    pub summary: String,
    /// What goes wrong without it, for people; a clause.
    #[serde(default)]
    pub without: String,
    /// The requirements it meets, such as `H1`.
    pub requirements: Vec<String>,
    /// Where it is decided. Without one, text that no reading describes lacks the capability.
    #[serde(default)]
    pub place: Option<Landmark>,
    /// The texts somebody has described.
    #[serde(default, rename = "reading")]
    pub readings: Vec<Reading>,
}

/// The place in an engine where a capability is decided.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Landmark {
    /// The file, as a probe names one.
    pub file: String,
    /// Code whose first line is named, where it is found.
    #[serde(deserialize_with = "pattern")]
    pub near: Pattern,
    /// What the place is for, for people; a clause such as `where the logits buffer is sized`.
    pub what: String,
}

/// One text at a capability's place, described.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// What it means.
    pub gives: Gives,
    /// Whose text it is, where it is neither upstream's nor the stack's.
    #[serde(default)]
    pub by: Option<String>,
    /// What more there is to say of it, for people; a clause.
    #[serde(default)]
    pub remark: Option<String>,
    /// All of these hold; never empty.
    #[serde(deserialize_with = "some_probes")]
    pub when: Vec<Probe>,
}

/// What a described text means for a capability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gives {
    /// Upstream's own text has the capability.
    Native,
    /// Somebody else's has it.
    Provided,
    /// It lacks it.
    Absent,
    /// There is nothing the capability could be asked of.
    NoPath,
}

/// Where a capability stands in a text, the stack's own patches left aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Upstream's own text has it.
    Native,
    /// Text that is neither upstream's nor the stack's has it.
    Provided {
        /// Whose text, as far as known.
        by: Option<String>,
    },
    /// It is known to be lacking.
    Absent {
        /// What more there is to say.
        remark: Option<String>,
    },
    /// Nothing is there that could have it or lack it.
    NoPath {
        /// What more there is to say.
        remark: Option<String>,
    },
    /// Nobody has described the text at its place.
    Unknown {
        /// The place: file, line where known, and what is decided there.
        place: String,
    },
}

impl Standing {
    /// Whether the text has it.
    pub fn is_there(&self) -> bool {
        matches!(self, Standing::Native | Standing::Provided { .. })
    }
}

impl CapabilityDefinition {
    /// Where the capability stands in a tree.
    ///
    /// Readings that contradict each other describe nothing.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(&self, files: &Reader<'_>) -> io::Result<Standing> {
        let mut found: Option<&Reading> = None;
        for reading in &self.readings {
            if !files.all_hold(&reading.when)? {
                continue;
            }
            match found {
                Some(first) if first.gives != reading.gives => return self.undescribed(files),
                Some(_) => {}
                None => found = Some(reading),
            }
        }
        let Some(reading) = found else {
            return self.undescribed(files);
        };
        let remark = || reading.remark.clone();
        Ok(match reading.gives {
            Gives::Native => Standing::Native,
            Gives::Provided => Standing::Provided {
                by: reading.by.clone(),
            },
            Gives::Absent => Standing::Absent { remark: remark() },
            Gives::NoPath => Standing::NoPath { remark: remark() },
        })
    }

    fn undescribed(&self, files: &Reader<'_>) -> io::Result<Standing> {
        let Some(place) = &self.place else {
            return Ok(Standing::Absent { remark: None });
        };
        if files.source(&place.file)?.is_none() {
            let (file, what) = (&place.file, &place.what);
            return Ok(Standing::Unknown {
                place: match files.is_there(file)? {
                    true => format!("an engine whose {file} is no regular file, {what}"),
                    false => format!("an engine without {file}, {what}"),
                },
            });
        }
        let line = files.line_of(&place.file, &place.near)?;
        Ok(Standing::Unknown {
            place: match line {
                Some(line) => format!("{} line {line}, {}", place.file, place.what),
                None => format!("{}, {}", place.file, place.what),
            },
        })
    }
}

fn pattern<'de, D: Deserializer<'de>>(input: D) -> Result<Pattern, D::Error> {
    let text = String::deserialize(input)?;
    Pattern::new(&text).map_err(serde::de::Error::custom)
}
