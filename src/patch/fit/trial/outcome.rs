//! What a trial came to.

use std::collections::BTreeMap;
use std::io;

use crate::checkout::tree::{Entry, TreeView};
use crate::checkout::{FileChange, FileImage, RepoPath};
use crate::patch::fit::image::Placed;
use crate::patch::fit::problem::FileProblem;
use crate::patch::format::file::{FileOperation, FilePatch};

/// What a patch would do to a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// One entry per file patch, in order.
    pub files: Vec<FileTrial>,
}

/// What a patch would do to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTrial {
    /// What happens, once a plain diff's creation or deletion is decided by the tree.
    pub operation: FileOperation,
    /// The file read from.
    pub before: Option<FileImage>,
    /// The file written; `None` for a deletion and for a file that cannot be patched.
    pub after: Option<FileImage>,
    /// One entry per hunk; `None` where it fits nowhere.
    pub hunks: Vec<Option<Placed>>,
    /// What keeps the file as a whole from being patched.
    pub problem: Option<FileProblem>,
    /// How a merge ended, where one was tried.
    pub merge: Option<Merge>,
}

/// How a three-way merge ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Without conflict.
    Clean,
    /// Both sides changed the same lines.
    Conflict,
}

impl FileTrial {
    /// True where the file can be patched.
    pub fn applies(&self) -> bool {
        self.problem.is_none()
            && match self.merge {
                Some(merge) => merge == Merge::Clean,
                None => self.hunks.iter().all(Option::is_some),
            }
    }
}

impl Trial {
    /// True where every file can be patched.
    pub fn applies(&self) -> bool {
        self.files.iter().all(FileTrial::applies)
    }

    /// How far from the lines in their headers the hunks were placed, summed up.
    pub fn distance(&self) -> usize {
        let hunks = self.files.iter().flat_map(|file| &file.hunks);
        hunks.flatten().fold(0, |sum, hunk| {
            sum.saturating_add(hunk.offset.unsigned_abs())
        })
    }
}

/// The changes a trial that applies makes: one per path, sorted; none where a file stays as it is.
///
/// # Errors
/// When a file of the tree cannot be read.
pub fn changes(
    patch: &[FilePatch],
    trial: &Trial,
    view: &dyn TreeView,
) -> io::Result<Vec<FileChange>> {
    let mut after = BTreeMap::new();
    for (path, image) in outcomes(patch, &trial.files) {
        after.insert(path, image);
    }
    let mut changes = Vec::new();
    for (path, after) in after {
        let before = match view.entry(&path)? {
            Entry::File(image) => Some(image),
            _ => None,
        };
        if before != after {
            changes.push(FileChange {
                path,
                before,
                after,
            });
        }
    }
    Ok(changes)
}

/// What is left at each path: removals first, so that what is written to a path another part of the patch vacates stays.
pub(super) fn outcomes(
    patch: &[FilePatch],
    files: &[FileTrial],
) -> Vec<(RepoPath, Option<FileImage>)> {
    let leaves = |patch: &&FilePatch| patch.operation != FileOperation::Copy;
    let left = patch.iter().filter(leaves).filter_map(|patch| {
        let moved = patch.from.is_some() || patch.operation == FileOperation::Delete;
        patch.read_path().filter(|_| moved)
    });
    let removed = left.map(|path| (path.clone(), None));
    let written = patch.iter().zip(files).filter_map(|(patch, file)| {
        let image = file.after.clone()?;
        Some((patch.path.clone(), Some(image)))
    });
    removed.chain(written).collect()
}
