//! Why a transaction did not happen, and whose edits it met.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::files::{Boundary, Files, FilesError};
use crate::checkout::RepoPath;

/// Why a transaction did not happen.
#[derive(Debug, thiserror::Error)]
pub enum TransactionError {
    /// Somebody else holds the lock.
    #[error("another granite-bundle is working on this checkout: `{}` was held for {timeout:?}", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// How long it was waited for.
        timeout: Duration,
    },
    /// A target is not what the plan started from.
    #[error("`{path}` was changed while the patch was being prepared")]
    Changed {
        /// The file.
        path: RepoPath,
    },
    /// A target cannot be reached without leaving the checkout.
    #[error("`{path}` is not touched: {boundary}")]
    OutOfBounds {
        /// The file.
        path: RepoPath,
        /// What is in the way.
        boundary: Boundary,
    },
    /// The branch is not where it was.
    #[error("`{reference}` was moved while the patch was being prepared")]
    Moved {
        /// The reference.
        reference: String,
    },
    /// Two steps of a plan do not fit together.
    #[error("the plan for `{path}` does not start from where the one before ends")]
    Disconnected {
        /// The file.
        path: RepoPath,
    },
    /// A file of the tool's own is not readable as such.
    #[error("`{}` is damaged: {message}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The operating system refused.
    #[error("cannot {doing} `{}`", path.display())]
    Io {
        /// A verb.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// libgit2 refused.
    #[error("git: {0}")]
    Git(String),
    /// It failed on the way and was taken back.
    #[error("the change was taken back half-way, and nothing of it is left")]
    Undone {
        /// What failed.
        #[source]
        cause: Box<TransactionError>,
        /// What could not be put back because somebody else's edits are in it.
        kept: Vec<KeptEdit>,
    },
    /// It failed on the way and could not be settled; the journal is still there.
    #[error("the change stopped half-way")]
    Interrupted {
        /// What failed last.
        #[source]
        cause: Box<TransactionError>,
    },
}

impl From<git2::Error> for TransactionError {
    fn from(error: git2::Error) -> TransactionError {
        TransactionError::Git(error.message().to_owned())
    }
}

impl TransactionError {
    pub(in crate::patch) fn io(
        doing: &'static str,
        path: impl AsRef<Path>,
        source: io::Error,
    ) -> TransactionError {
        TransactionError::Io {
            doing,
            path: path.as_ref().to_owned(),
            source,
        }
    }

    /// True where the content of the checkout is the reason, not the machine.
    pub fn is_refusal(&self) -> bool {
        match self {
            TransactionError::Changed { .. }
            | TransactionError::OutOfBounds { .. }
            | TransactionError::Moved { .. }
            | TransactionError::Disconnected { .. } => true,
            TransactionError::Undone { cause, .. } => cause.is_refusal(),
            _ => false,
        }
    }
}

/// A file that holds edits somebody else made while a transaction ran; they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEdit {
    /// The file.
    pub path: RepoPath,
    /// Where the bytes in question are now.
    pub at: PathBuf,
    /// Why it was left.
    pub reason: KeptReason,
}

/// Why a file was left as it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum KeptReason {
    /// Edited before the patch reached it: it holds the edits and nothing of the patch.
    EditedBefore,
    /// Edited after the patch reached it: it holds the patch and the edits.
    EditedAfter,
    /// Somebody wrote into the old file while it was being replaced; that old file is kept beside the target.
    OldFileEdited,
}

/// The error of reaching a file, as that of a transaction.
pub(super) fn located(error: FilesError, files: &Files, path: &RepoPath) -> TransactionError {
    match error {
        FilesError::Boundary(boundary) => TransactionError::OutOfBounds {
            path: path.clone(),
            boundary,
        },
        FilesError::Io(source) => TransactionError::io("reach", files.at(path), source),
    }
}
