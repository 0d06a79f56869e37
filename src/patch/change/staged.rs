//! Finds work in the index that is neither committed nor what the file holds.
//!
//! Whether a *file* holds work of somebody's is the plan's question; this is about what only the index knows.

use std::path::Path;

use git2::{ErrorCode, IndexEntryExtendedFlag, Oid, Repository};

use crate::checkout::{FileImage, RepoPath};
use crate::patch::change::transaction::WorkTree;

/// A file the index has something of that would be lost sight of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Staged {
    /// Staged changes.
    #[error("`{0}` has staged changes that differ from both the file and the commit")]
    Changes(RepoPath),
    /// A merge is being resolved.
    #[error("`{0}` has an unresolved merge conflict")]
    Conflict(RepoPath),
}

/// Whether a sparse checkout leaves a file out: git's `skip-worktree`.
///
/// # Errors
/// When the index cannot be read.
pub(super) fn is_left_out(work_tree: &WorkTree<'_>, path: &RepoPath) -> Result<bool, git2::Error> {
    let Some(repository) = work_tree.repository() else {
        return Ok(false);
    };
    let entry = repository
        .index()?
        .get_path(&work_tree.in_repository(path), 0);
    Ok(entry.is_some_and(|entry| {
        IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended)
            .contains(IndexEntryExtendedFlag::SKIP_WORKTREE)
    }))
}

/// Looks at one file; `current` is what it holds now.
///
/// # Errors
/// When git cannot tell.
pub(super) fn staged(
    work_tree: &WorkTree<'_>,
    path: &RepoPath,
    current: Option<&FileImage>,
) -> Result<Option<Staged>, git2::Error> {
    let Some(repository) = work_tree.repository() else {
        return Ok(None);
    };
    let place = &work_tree.in_repository(path);
    let index = repository.index()?;
    if (1..=3).any(|stage| index.get_path(place, stage).is_some()) {
        return Ok(Some(Staged::Conflict(path.clone())));
    }
    let staged = index.get_path(place, 0).map(|entry| entry.id);
    let known = staged == committed(repository, place)?
        || staged == current.map(FileImage::oid).transpose()?;
    Ok((!known).then(|| Staged::Changes(path.clone())))
}

fn committed(repository: &Repository, place: &Path) -> Result<Option<Oid>, git2::Error> {
    let head = match repository.head() {
        Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => {
            return Ok(None);
        }
        head => head?,
    };
    match head.peel_to_tree()?.get_path(place) {
        Ok(entry) => Ok(Some(entry.id())),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
