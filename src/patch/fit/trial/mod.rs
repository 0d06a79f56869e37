//! Tries a whole patch on a tree, as `git apply` would, and touches nothing.

mod outcome;
mod trying;

use std::io;

use crate::checkout::blobs::Blobs;
use crate::checkout::tree::{PathRules, TreeView};
use crate::patch::format::file::FilePatch;

pub use outcome::{FileTrial, Merge, Trial, changes};
use trying::{Trying, refuse_files_as_folders};

/// Tries `patch` on `view`.
///
/// # Errors
/// When a file of the tree cannot be read.
pub fn try_patch(patch: &[FilePatch], view: &dyn TreeView, rules: PathRules) -> io::Result<Trial> {
    try_with(patch, Trying::new(patch, view, rules))
}

/// Tries to merge `patch` into `view`, file by file, as `git apply --3way` would: against the pre-image where it is at hand,
/// else by placing the hunks.
///
/// # Errors
/// When a file of the tree or a pre-image cannot be read.
pub fn try_merge(
    patch: &[FilePatch],
    view: &dyn TreeView,
    rules: PathRules,
    blobs: &dyn Blobs,
) -> io::Result<Trial> {
    let mut trying = Trying::new(patch, view, rules);
    trying.blobs = Some(blobs);
    try_with(patch, trying)
}

fn try_with(patch: &[FilePatch], mut trying: Trying<'_>) -> io::Result<Trial> {
    let files = patch.iter().map(|file| trying.file(file));
    let mut files: Vec<FileTrial> = files.collect::<io::Result<_>>()?;
    refuse_files_as_folders(patch, &mut files, trying.view)?;
    Ok(Trial { files })
}
