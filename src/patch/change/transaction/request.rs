//! What a transaction is to do.

use std::collections::HashMap;

use super::error::TransactionError;
use super::journal::Direction;
use super::publish::NewCommit;
use super::receipt::{AppliedFile, AppliedPatch, Receipt};
use super::record::Recorded;
use crate::checkout::{FileChange, FileImage, RepoPath};
use crate::patch::judge::changes::PatchChanges;

/// What a transaction is to do.
#[derive(Debug, Clone)]
pub struct Request {
    /// In the user's words.
    pub action: Direction,
    /// The patches' names.
    pub patches: Vec<String>,
    /// At most one change for each file.
    pub changes: Vec<FileChange>,
    /// What is applied afterwards.
    pub receipt: Receipt,
    /// Directories to take away if they are empty in the end, innermost first.
    pub prune: Vec<RepoPath>,
    /// Further images the receipt names.
    pub images: Vec<FileImage>,
    /// The commits to make, in order; none leaves index and references alone.
    pub commits: Vec<NewCommit>,
}

impl Request {
    /// Puts patches in, one after the other.
    ///
    /// # Errors
    /// [`TransactionError::Disconnected`] when a step does not start from what the steps before it make.
    pub fn apply(steps: &[PatchChanges], receipt: &Receipt) -> Result<Request, TransactionError> {
        let mut receipt = receipt.clone();
        for step in steps {
            receipt.push(
                &step.id,
                AppliedPatch {
                    patch: step.id.name.clone(),
                    digest: step.id.digest.clone(),
                    stack: step.id.stack.clone(),
                    files: step
                        .changes
                        .iter()
                        .map(applied_file)
                        .collect::<Result<_, _>>()?,
                    directories: Vec::new(),
                },
            );
        }
        let changes = net_changes(steps)?;
        Ok(Request {
            action: Direction::Apply,
            patches: steps.iter().map(|step| step.id.name.clone()).collect(),
            prune: emptied_directories(&changes),
            changes,
            receipt,
            images: intermediate_images(steps),
            commits: Vec::new(),
        })
    }
}

fn applied_file(change: &FileChange) -> Result<AppliedFile, TransactionError> {
    Ok(AppliedFile {
        path: change.path.clone(),
        before: Recorded::of_optional(change.before.as_ref())?,
        after: Recorded::of_optional(change.after.as_ref())?,
    })
}

/// What a row of steps does to each file as a whole, in the order the files are first named, without those that end as
/// they began.
///
/// # Errors
/// [`TransactionError::Disconnected`] when a step does not start from what the steps before it make.
pub fn net_changes(steps: &[PatchChanges]) -> Result<Vec<FileChange>, TransactionError> {
    let mut net: Vec<FileChange> = Vec::new();
    let mut known: HashMap<&RepoPath, usize> = HashMap::new();
    for change in steps.iter().flat_map(|step| &step.changes) {
        let Some(earlier) = known.get(&change.path) else {
            known.insert(&change.path, net.len());
            net.push(change.clone());
            continue;
        };
        let earlier = &mut net[*earlier];
        if earlier.after != change.before {
            return Err(TransactionError::Disconnected {
                path: change.path.clone(),
            });
        }
        earlier.after.clone_from(&change.after);
    }
    net.retain(|change| change.before != change.after);
    Ok(net)
}

fn intermediate_images(steps: &[PatchChanges]) -> Vec<FileImage> {
    let changes = steps.iter().flat_map(|step| &step.changes);
    changes
        .flat_map(|change| [&change.before, &change.after])
        .flatten()
        .cloned()
        .collect()
}

/// The images a transaction may need again.
pub(super) fn images_kept(request: &Request) -> impl Iterator<Item = &FileImage> {
    let changes = request.changes.iter();
    changes
        .flat_map(|change| [&change.before, &change.after])
        .flatten()
        .chain(&request.images)
}

/// Where git, too, removes a directory: a file was deleted and nothing else is there. Innermost first.
pub fn emptied_directories(changes: &[FileChange]) -> Vec<RepoPath> {
    let deleted = changes.iter().filter(|change| change.after.is_none());
    let mut directories: Vec<RepoPath> = deleted.flat_map(|change| change.path.parents()).collect();
    let length = |path: &RepoPath| path.as_bytes().len();
    directories.sort_by(|a, b| length(b).cmp(&length(a)).then_with(|| a.cmp(b)));
    directories.dedup();
    directories
}

/// Each directory goes with the first patch that has a file in it.
pub(super) fn note_directories(request: &mut Request, created: &[RepoPath]) {
    for directory in created {
        let inside = |file: &AppliedFile| file.path.is_below(directory);
        let new = |applied: &&mut AppliedPatch| request.patches.contains(&applied.patch);
        let mut applied = request.receipt.applied.iter_mut().filter(new);
        if let Some(patch) = applied.find(|applied| applied.files.iter().any(inside)) {
            patch.directories.push(directory.clone());
        }
    }
}
