//! Tells uncommitted edits that are somebody's work from those the stack made itself.

use std::path::Path;

use git2::{ErrorCode, Repository, Status};

use super::transaction::{Receipt, Recorded};
use super::{FileImage, RepoPath};

/// A file that must not be changed because it holds work that is in no commit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` {kind}")]
pub struct Dirty {
    /// The file.
    pub path: RepoPath,
    /// What kind of work.
    pub kind: DirtyKind,
}

/// Where the work is that is in no commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DirtyKind {
    /// In the file.
    #[error("has uncommitted edits")]
    Edited,
    /// In the index.
    #[error("has staged changes")]
    Staged,
    /// The file is not in the repository at all.
    #[error("is not tracked by git")]
    Untracked,
    /// A merge is being resolved.
    #[error("has an unresolved merge conflict")]
    Conflicted,
}

/// Looks at one file; `current` is what it holds now.
///
/// Edits count as the stack's own if the file is what the receipt says of it. Conversions configured for the file, such
/// as of line endings, are no edits.
///
/// # Errors
/// When git cannot tell.
pub fn dirty(
    repository: &Repository,
    path: &RepoPath,
    current: Option<&FileImage>,
    receipt: &Receipt,
) -> Result<Option<Dirty>, git2::Error> {
    let status = match repository.status_file(Path::new(path.as_str())) {
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
        status => status?,
    };
    let Some(kind) = kind(status) else {
        return Ok(None);
    };
    let ours = receipt.latest(path).map(|file| file.after);
    if kind != DirtyKind::Conflicted && ours == Some(Recorded::of_optional(current)?) {
        return Ok(None);
    }
    Ok(Some(Dirty {
        path: path.clone(),
        kind,
    }))
}

fn kind(status: Status) -> Option<DirtyKind> {
    const STAGED: Status = Status::INDEX_NEW
        .union(Status::INDEX_MODIFIED)
        .union(Status::INDEX_DELETED)
        .union(Status::INDEX_RENAMED)
        .union(Status::INDEX_TYPECHANGE);
    if status.is_conflicted() {
        Some(DirtyKind::Conflicted)
    } else if status.intersects(Status::WT_NEW | Status::IGNORED) {
        Some(DirtyKind::Untracked)
    } else if status.intersects(STAGED) {
        Some(DirtyKind::Staged)
    } else if status.is_empty() {
        None
    } else {
        Some(DirtyKind::Edited)
    }
}
