//! `granite-bundle.toml`: which rules, how loud, and what is known and accepted.

mod baseline;
mod parse;
mod search;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::files::{self, FileReadError};
use crate::finding::Level;

use super::{Accepted, Platform, Selector};

pub use baseline::{Acceptance, update};
pub use search::{Search, find, home};

/// A configuration, checked.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The file; paths in it are relative to its folder.
    pub path: PathBuf,
    /// `profile`: a name, a file, `auto` or `none`.
    pub profile: Option<String>,
    /// `profiles`: profile files that `auto` chooses among, besides the built-in ones.
    pub profiles: Vec<PathBuf>,
    /// `platform`.
    pub platform: Option<Platform>,
    /// `select`: the only rules to run; none means all.
    pub select: Vec<Selector>,
    /// `ignore`: rules not to run.
    pub ignore: Vec<Selector>,
    /// `[levels]`: levels that replace the rules' own, none for off; the last match counts.
    pub levels: Vec<(Selector, Option<Level>)>,
    /// `fail-on`.
    pub fail_on: Option<Level>,
    /// `[[baseline]]`: findings known and accepted.
    pub baseline: Vec<Accepted>,
}

/// One thing wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// 1-based line.
    pub line: u32,
    /// What is wrong and what was expected.
    pub message: String,
}

/// A configuration that cannot be used, with everything that is wrong with it.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// Every mistake, in line order; none when the file cannot be read.
    pub mistakes: Vec<Mistake>,
    /// What the system says, when the file cannot be read.
    pub source: Option<std::io::Error>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.mistakes.len() {
            0 => write!(f, "{path}: cannot read the configuration"),
            1 => write!(f, "{path}: a mistake in the configuration"),
            number => write!(f, "{path}: {number} mistakes in the configuration"),
        }
    }
}

impl Config {
    /// Largest configuration read, bytes.
    pub const MAX_BYTES: u64 = 4 << 20;

    /// Reads and checks a configuration: a regular file of at most 4 MiB.
    ///
    /// # Errors
    /// With every mistake at once.
    pub fn open(path: &Path) -> Result<Config, ConfigError> {
        let unreadable = |source| ConfigError {
            path: path.to_owned(),
            mistakes: Vec::new(),
            source: Some(source),
        };
        let text = files::read_text(path, Config::MAX_BYTES).map_err(|error| match error {
            FileReadError::Io(source) => unreadable(source),
            error => unreadable(std::io::Error::other(format!("it {error}"))),
        })?;
        Config::parse(path, &text)
    }

    /// Checks a configuration's text.
    ///
    /// # Errors
    /// With every mistake at once.
    pub fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
        parse::parse(path, text).map_err(|mistakes| ConfigError {
            path: path.to_owned(),
            mistakes,
            source: None,
        })
    }

    /// The folder its paths are relative to.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}
