//! What a transaction is about to do, written down before it does anything.

use serde::{Deserialize, Serialize};

use super::record::Recorded;
use crate::checkout::RepoPath;

/// The version of the journal's file.
const VERSION: u32 = 1;

/// What every file a transaction puts beside a target is called, up to the transaction's id.
pub(super) const ASIDE_PREFIX: &str = ".granite-bundle-";

/// How far a transaction got; each is a file name, so that a rename, which needs no space, takes the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// No target has been touched: undo by removing what was staged.
    Prepared,
    /// Everything is staged: finish, or undo where a target was edited meanwhile.
    Committed,
    /// On the way back.
    Undoing,
    /// Every target is as asked: only tidying is left.
    Concluding,
}

impl Phase {
    pub(super) const ALL: [Phase; 4] = [
        Phase::Prepared,
        Phase::Committed,
        Phase::Undoing,
        Phase::Concluding,
    ];

    pub(super) fn file_name(self) -> &'static str {
        match self {
            Phase::Prepared => "journal.prepared",
            Phase::Committed => "journal.committed",
            Phase::Undoing => "journal.undoing",
            Phase::Concluding => "journal.concluding",
        }
    }
}

/// What a transaction does, in the user's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Puts patches in.
    Apply,
    /// Takes patches back.
    Revert,
}

impl Direction {
    /// The command's name.
    pub fn verb(self) -> &'static str {
        self.into()
    }
}

/// One transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    version: u32,
    /// Hex, new for every transaction.
    pub(super) id: String,
    pub(super) action: Direction,
    pub(super) patches: Vec<String>,
    pub(super) files: Vec<JournalFile>,
    /// Directories to be made, outermost first.
    pub(super) create: Vec<RepoPath>,
    /// Directories to be taken away if they are empty in the end, innermost first.
    pub(super) prune: Vec<RepoPath>,
    pub(super) publish: Option<Publish>,
}

/// One file of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JournalFile {
    pub(super) path: RepoPath,
    pub(super) before: Option<Recorded>,
    pub(super) after: Option<Recorded>,
}

/// The commits a transaction ends with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Publish {
    /// The reference to move: a branch, or `HEAD` when detached.
    pub(super) reference: String,
    /// 40 hex.
    pub(super) from: String,
    /// 40 hex.
    pub(super) to: String,
}

impl Journal {
    pub(super) fn new(action: Direction, patches: Vec<String>, files: Vec<JournalFile>) -> Journal {
        let nanos = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos());
        let id = format!("{:x}-{:x}", std::process::id(), nanos & 0xffff_ffff);
        Journal {
            version: VERSION,
            id,
            action,
            patches,
            files,
            create: Vec::new(),
            prune: Vec::new(),
            publish: None,
        }
    }

    /// Reads a journal.
    ///
    /// # Errors
    /// When the text is not a journal of this version.
    pub(super) fn parse(text: &[u8]) -> Result<Journal, String> {
        let journal: Journal = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if journal.version != VERSION {
            return Err(format!(
                "version {} where {VERSION} is known",
                journal.version
            ));
        }
        let plain = |c: char| c.is_ascii_hexdigit() || c == '-';
        if journal.id.is_empty() || !journal.id.chars().all(plain) {
            return Err("the transaction's id is not one".to_owned());
        }
        Ok(journal)
    }

    /// The name beside a target for the file with this index.
    pub(super) fn aside(&self, index: usize) -> String {
        format!("{ASIDE_PREFIX}{}-{index}", self.id)
    }
}
