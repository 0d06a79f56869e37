//! Findings as plain data.

mod closest;
mod fingerprint;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use closest::closest;

/// How bad a finding is; ordered from mild to severe.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The bundle is fine and its host must do something.
    Note,
    /// Runs, but a release owner wants to decide on it.
    Warning,
    /// Will not load or run, or runs wrong.
    Error,
}

impl Level {
    /// Every level, most severe first.
    pub const ALL: [Level; 3] = [Level::Error, Level::Warning, Level::Note];

    /// The level of that name.
    pub fn from_name(name: &str) -> Option<Level> {
        Level::ALL
            .into_iter()
            .find(|level| level.to_string() == name)
    }
}

/// Where in the bundle's files a finding is anchored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, relative to the bundle's folder.
    pub file: String,
    /// 1-based line.
    pub line: u32,
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The reason given in the configuration or baseline.
    pub reason: String,
}

/// One thing a rule has to say about one bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Rule id, kebab-case.
    pub rule: &'static str,
    /// Level after configuration.
    pub level: Level,
    /// Dotted path of the thing at fault, such as `functions.main.states.recState`.
    pub subject: String,
    /// The value seen, the value needed and the consequence, in one sentence.
    pub message: String,
    /// The value needed.
    pub expected: Option<String>,
    /// The value seen.
    pub actual: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// The bundle, as displayed.
    pub path: String,
    /// JSON pointer in the manifest of the thing at fault, where its key could be mistaken in the subject.
    pub pointer: Option<String>,
    /// Anchor.
    pub location: Option<Location>,
    /// Other rules that ask the same of the host, where one note stands for several.
    pub also: Vec<&'static str>,
    /// The rule that says the same as a whole, where this one says a part of it.
    pub part_of: Option<&'static str>,
    /// Set when the finding is known and accepted.
    pub suppressed: Option<Suppression>,
}

impl Finding {
    /// A finding that says nothing beyond its message yet.
    pub fn new(rule: &'static str, level: Level, subject: String, message: String) -> Finding {
        Finding {
            rule,
            level,
            subject,
            message,
            expected: None,
            actual: None,
            help: None,
            path: String::new(),
            pointer: None,
            location: None,
            also: Vec::new(),
            part_of: None,
            suppressed: None,
        }
    }

    /// Sets the value needed.
    pub fn expected(&mut self, value: impl fmt::Display) -> &mut Finding {
        self.expected = Some(value.to_string());
        self
    }

    /// Sets the value seen.
    pub fn actual(&mut self, value: impl fmt::Display) -> &mut Finding {
        self.actual = Some(value.to_string());
        self
    }

    /// Sets what to do about it.
    pub fn help(&mut self, text: impl Into<String>) -> &mut Finding {
        self.help = Some(text.into());
        self
    }

    /// Sets another level than the rule's default.
    pub fn level(&mut self, level: Level) -> &mut Finding {
        self.level = level;
        self
    }

    /// Marks it as a part of what another rule says as a whole.
    pub fn part_of(&mut self, rule: &'static str) -> &mut Finding {
        self.part_of = Some(rule);
        self
    }

    /// Anchors it on a line of a file of the bundle.
    pub fn at(&mut self, file: impl Into<String>, line: u32) -> &mut Finding {
        self.location = Some(Location {
            file: file.into(),
            line,
        });
        self
    }
}
