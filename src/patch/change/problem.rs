//! Why a change is refused, in sentences for people.

use crate::checkout::RepoPath;
use crate::patch::change::staged::Staged;
use crate::patch::change::take_out::Entangled;
use crate::patch::change::transaction::TransactionError;
use crate::patch::judge::plan::Refusal;

/// Why a change is refused. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The plan itself.
    #[error("{}", told(.0))]
    Refused(Refusal),
    /// What only the index knows.
    #[error(transparent)]
    Staged(#[from] Staged),
    /// A sparse checkout leaves the file out.
    #[error("`{0}` is left out of this sparse checkout")]
    LeftOut(RepoPath),
    /// There is no work tree.
    #[error("a bare repository has no files to change")]
    Bare,
    /// The tool's own.
    #[error("`{0}` belongs to granite-bundle itself")]
    Own(RepoPath),
    /// Edits where a patch is to be taken back.
    #[error(transparent)]
    Entangled(#[from] Entangled),
    /// A patch whose file has changed since it was applied.
    #[error(
        "`{patch}` was applied with another text than its file has now, so this text has nothing to take back: \
         put the text that was applied back into the file first"
    )]
    Rewritten {
        /// The patch.
        patch: String,
    },
    /// `--commit` without a commit.
    #[error("there is no commit yet to put one on top of")]
    NoCommit,
    /// `--commit` in the middle of something else of git's.
    #[error("a merge, rebase or the like is in progress")]
    InProgress,
    /// `--commit` where no telling is what to commit.
    #[error(
        "what is committed is neither with nor without the patches, so there is no telling what to commit"
    )]
    Uncommittable,
    /// `--commit` without a name to do it in.
    #[error("git knows no name and address to commit with: {0}")]
    NoSignature(String),
    /// The checkout changed meanwhile.
    #[error("{}", story(.0))]
    Interfered(TransactionError),
}

impl Problem {
    /// The files that hold the edits in question.
    pub fn edited(&self) -> &[RepoPath] {
        match self {
            Problem::Refused(Refusal::Dirty(paths)) => paths,
            Problem::Staged(Staged::Changes(path) | Staged::Conflict(path)) => {
                std::slice::from_ref(path)
            }
            Problem::Entangled(entangled) => std::slice::from_ref(&entangled.path),
            _ => &[],
        }
    }
}

/// A refusal with what to do about it.
fn told(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Dirty(_) => format!("{refusal}: commit or stash them first"),
        Refusal::HalfThere(_) => format!("{refusal}: what is there cannot be told from edits"),
        refusal => refusal.to_string(),
    }
}

/// An error and its causes in one sentence.
pub fn story(error: &dyn std::error::Error) -> String {
    let mut story = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        story += &format!(": {error}");
        cause = error.source();
    }
    story
}
