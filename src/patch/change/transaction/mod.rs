//! Changes files of a checkout all together or not at all, whatever happens meanwhile.
//!
//! # Protocol
//!
//! Everything happens under the lock (`<git dir>/granite-bundle/lock`); nothing is read for a decision before it is
//! held, and what an earlier, interrupted transaction left is settled first.
//!
//! | step | what | after a crash here |
//! | --- | --- | --- |
//! | check | every target is, to the byte and mode, what the plan started from | nothing happened |
//! | keep | pre- and post-images become git blobs in `images.git` | nothing happened |
//! | prepare | `receipt.next`, then `journal.prepared` are written | **undo**: remove what was staged |
//! | stage | missing directories are made; each new content is written beside its target and read back | **undo** |
//! | commit | `journal.prepared` is renamed to `journal.committed` | **finish** |
//! | swap | each staged file is exchanged with its target in one step, and what came out is looked at | **finish** |
//! | publish | with commits: the branch moves from the commit the plan started from | **finish** |
//! | conclude | renamed to `journal.concluding`; index, receipt, old files and emptied directories are tidied | **finish** |
//! | end | the journal is removed | all done |
//!
//! Every step before the commit is undone because nothing but additions happened. Every step after it needs no more
//! space than a rename, and is finished. There is one exception: where a target turns out to be edited by somebody
//! else before its swap, the swap is undone by a second exchange, and so is everything else
//! (`journal.undoing`). The exchange means that there is no moment in which an edit can be lost: what was at the
//! target is in the file beside it, and is compared with the pre-image before it is let go.
//! An error while swapping (a directory became read-only) is answered by undoing, too.
//!
//! Which of its steps a swap has taken can be told from the two files alone, so the journal is never rewritten.

mod failpoint;
mod journal;
mod machine;
mod publish;
mod receipt;
mod record;
mod state;
mod tree;

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use git2::Repository;

use crate::checkout::{FileChange, FileImage, RepoPath};
use journal::{Journal, JournalFile};
use machine::Machine;
use state::{LockedState, StateFolder};
use tree::{Tree, TreeError};

pub use journal::Action;
pub use publish::Commit;
pub use receipt::{AppliedFile, AppliedPatch, Receipt};
pub use record::Recorded;
pub use tree::Boundary;

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
        left: Vec<Left>,
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
pub struct Left {
    /// The file.
    pub path: RepoPath,
    /// Where the bytes in question are now.
    pub place: PathBuf,
    /// Why it was left.
    pub reason: LeftReason,
}

/// Why a file was left as it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftReason {
    /// Edited before the patch reached it: it holds the edits and nothing of the patch.
    EditedBefore,
    /// Edited after the patch reached it: it holds the patch and the edits.
    EditedAfter,
    /// Somebody wrote into the old file while it was being replaced; that old file is kept beside the target.
    OldFileEdited,
}

/// How a transaction that did not end by itself was settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// What it was doing.
    pub action: Action,
    /// With which patches.
    pub patches: Vec<String>,
    /// True if it was finished, false if it was undone.
    pub finished: bool,
    /// What holds somebody else's edits.
    pub left: Vec<Left>,
}

/// What a transaction is to do.
#[derive(Debug, Clone)]
pub struct Request {
    /// In the user's words.
    pub action: Action,
    /// The patches' names.
    pub patches: Vec<String>,
    /// At most one change for each file.
    pub changes: Vec<FileChange>,
    /// What is applied afterwards.
    pub receipt: Receipt,
    /// Directories to take away if they are empty in the end, innermost first.
    pub prune: Vec<String>,
    /// Further images the receipt names.
    pub images: Vec<FileImage>,
    /// The commits to make, in order; none leaves index and references alone.
    pub commits: Vec<Commit>,
}

/// A patch and what it makes of the files, in the order of a plan.
#[derive(Debug, Clone)]
pub struct Step {
    /// The patch's name.
    pub patch: String,
    /// What it does to each file; at most one change for each.
    pub changes: Vec<FileChange>,
}

impl Request {
    /// Puts patches in, one after the other.
    ///
    /// # Errors
    /// [`TransactionError::Disconnected`] when a step does not start from what the steps before it make.
    pub fn apply(steps: &[Step], receipt: &Receipt) -> Result<Request, TransactionError> {
        let mut receipt = receipt.clone();
        for step in steps {
            receipt.push(AppliedPatch {
                patch: step.patch.clone(),
                files: step
                    .changes
                    .iter()
                    .map(applied_file)
                    .collect::<Result<_, _>>()?,
                directories: Vec::new(),
            });
        }
        let changes = net_changes(steps)?;
        Ok(Request {
            action: Action::Apply,
            patches: steps.iter().map(|step| step.patch.clone()).collect(),
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

/// What a row of steps does to each file as a whole, without the files that end as they began.
///
/// # Errors
/// [`TransactionError::Disconnected`] when a step does not start from what the steps before it make.
pub fn net_changes(steps: &[Step]) -> Result<Vec<FileChange>, TransactionError> {
    let mut net: Vec<FileChange> = Vec::new();
    for change in steps.iter().flat_map(|step| &step.changes) {
        match net.iter_mut().find(|known| known.path == change.path) {
            None => net.push(change.clone()),
            Some(known) if known.after == change.before => known.after.clone_from(&change.after),
            Some(_) => {
                return Err(TransactionError::Disconnected {
                    path: change.path.clone(),
                });
            }
        }
    }
    net.retain(|change| change.before != change.after);
    Ok(net)
}

fn intermediate_images(steps: &[Step]) -> Vec<FileImage> {
    let changes = steps.iter().flat_map(|step| &step.changes);
    changes
        .flat_map(|change| [&change.before, &change.after])
        .flatten()
        .cloned()
        .collect()
}

/// How a transaction ended that went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The files changed.
    pub changed: Vec<RepoPath>,
    /// What holds somebody else's edits, made while it ran.
    pub left: Vec<Left>,
    /// The commits made, oldest first.
    pub commits: Vec<git2::Oid>,
}

/// The exclusive right to change a checkout.
pub struct Session<'r> {
    repository: &'r Repository,
    tree: Tree,
    state: LockedState,
}

/// True if a transaction was interrupted, or is running at this moment.
pub fn interrupted(repository: &Repository) -> bool {
    StateFolder::of(repository).phase().is_some()
}

/// What the stack has put into this checkout, according to its own notes.
///
/// # Errors
/// When the receipt cannot be read.
pub fn receipt(repository: &Repository) -> Result<Receipt, TransactionError> {
    StateFolder::of(repository).receipt()
}

/// An image the receipt names.
///
/// # Errors
/// When it is not in the store.
pub fn image(repository: &Repository, recorded: Recorded) -> Result<FileImage, TransactionError> {
    StateFolder::of(repository).images()?.get(recorded)
}

impl<'r> Session<'r> {
    /// Takes the lock, waiting up to `timeout`, and settles what an interrupted transaction left.
    ///
    /// # Errors
    /// [`TransactionError::Locked`] after `timeout`; [`TransactionError::Interrupted`] when settling fails, the
    /// checkout being as it was found; the system's and libgit2's refusals.
    pub fn open(
        repository: &'r Repository,
        timeout: Duration,
    ) -> Result<(Session<'r>, Option<Recovered>), TransactionError> {
        let workdir = repository
            .workdir()
            .ok_or_else(|| git2::Error::from_str("a bare repository has no files to change"))?;
        let state = LockedState::lock(repository, timeout)?;
        let trust_modes = repository
            .config()?
            .get_bool("core.filemode")
            .unwrap_or(true);
        let tree = Tree::open(workdir, trust_modes)
            .map_err(|error| TransactionError::io("open", workdir, error))?;
        let session = Session {
            repository,
            tree,
            state,
        };
        let recovered = session.recover()?;
        Ok((session, recovered))
    }

    /// What is applied, according to the notes.
    ///
    /// # Errors
    /// When the receipt cannot be read.
    pub fn receipt(&self) -> Result<Receipt, TransactionError> {
        self.state.folder().receipt()
    }

    fn recover(&self) -> Result<Option<Recovered>, TransactionError> {
        let Some((phase, journal)) = self.state.journal()? else {
            return Ok(None);
        };
        let images = self.state.images()?;
        let machine = Machine::new(self.repository, &self.tree, &self.state, &images, &journal);
        machine
            .settle(phase)
            .map(Some)
            .map_err(|cause| TransactionError::Interrupted {
                cause: Box::new(cause),
            })
    }

    /// Does it, all or nothing.
    ///
    /// # Errors
    /// Every variant of [`TransactionError`]; with all but [`TransactionError::Interrupted`] the checkout is as it
    /// was before, except for what others did to it.
    pub fn execute(&self, mut request: Request) -> Result<Outcome, TransactionError> {
        let journal = self.prepare(&mut request)?;
        let images = self.state.images()?;
        for image in kept_images(&request) {
            images.keep(image)?;
        }
        self.state.write_next_receipt(&request.receipt)?;
        let machine = Machine::new(self.repository, &self.tree, &self.state, &images, &journal);
        let left = self
            .state
            .begin(&journal)
            .and_then(|()| machine.run())
            .or_else(|cause| self.give_up(&machine, cause))?;
        Ok(Outcome {
            changed: request
                .changes
                .into_iter()
                .map(|change| change.path)
                .collect(),
            left,
            commits: machine.commits()?,
        })
    }

    /// Settles a transaction that failed while it ran.
    fn give_up(
        &self,
        machine: &Machine<'_>,
        cause: TransactionError,
    ) -> Result<Vec<Left>, TransactionError> {
        let Some(phase) = self.state.folder().phase() else {
            self.state.drop_next_receipt()?;
            return Err(cause);
        };
        match machine.back(phase) {
            Ok(Some(left)) => Err(TransactionError::Undone {
                cause: Box::new(cause),
                left,
            }),
            Ok(None) | Err(_) => Err(TransactionError::Interrupted {
                cause: Box::new(cause),
            }),
        }
    }

    fn prepare(&self, request: &mut Request) -> Result<Journal, TransactionError> {
        let mut files = Vec::new();
        for change in &request.changes {
            self.check(change)?;
            files.push(JournalFile {
                path: change.path.clone(),
                before: Recorded::of_optional(change.before.as_ref())?,
                after: Recorded::of_optional(change.after.as_ref())?,
            });
        }
        let mut journal = Journal::new(request.action, request.patches.clone(), files);
        journal.create = self.directories_to_create(&request.changes)?;
        journal.prune.clone_from(&request.prune);
        journal.publish = publish::prepare(self.repository, &request.commits)?;
        note_directories(request, &journal.create);
        Ok(journal)
    }

    /// Holds a target to what the plan started from.
    fn check(&self, change: &FileChange) -> Result<(), TransactionError> {
        let path = &change.path;
        if self.inside_submodule(path)? {
            return Err(TransactionError::OutOfBounds {
                path: path.clone(),
                boundary: Boundary::Repository(path.to_string()),
            });
        }
        let found = self
            .tree
            .read(path)
            .map_err(|error| located(error, &self.tree, path))?;
        if self.tree.same(&found, change.before.as_ref()) {
            return Ok(());
        }
        Err(TransactionError::Changed { path: path.clone() })
    }

    /// A submodule that is not checked out has no `.git` to tell it by; the index knows it.
    fn inside_submodule(&self, path: &RepoPath) -> Result<bool, TransactionError> {
        const GITLINK: u32 = 0o160_000;
        let index = self.repository.index()?;
        let parents = path.as_str().match_indices('/');
        Ok(parents.map(|(end, _)| &path.as_str()[..end]).any(|parent| {
            index
                .get_path(Path::new(parent), 0)
                .is_some_and(|entry| entry.mode == GITLINK)
        }))
    }

    fn directories_to_create(
        &self,
        changes: &[FileChange],
    ) -> Result<Vec<String>, TransactionError> {
        let mut directories: Vec<String> = Vec::new();
        for change in changes.iter().filter(|change| change.after.is_some()) {
            let missing = self
                .tree
                .missing_directories(&change.path)
                .map_err(|error| located(error, &self.tree, &change.path))?;
            for directory in missing {
                if !directories.contains(&directory) {
                    directories.push(directory);
                }
            }
        }
        Ok(directories)
    }
}

/// The images a transaction may need again.
fn kept_images(request: &Request) -> impl Iterator<Item = &FileImage> {
    let changes = request.changes.iter();
    changes
        .flat_map(|change| [&change.before, &change.after])
        .flatten()
        .chain(&request.images)
}

/// Where git, too, removes a directory: a file was deleted and nothing else is there. Innermost first.
pub fn emptied_directories(changes: &[FileChange]) -> Vec<String> {
    let deleted = changes.iter().filter(|change| change.after.is_none());
    let mut directories: Vec<String> = deleted
        .flat_map(|change| {
            let path = change.path.as_str();
            path.match_indices('/')
                .map(|(end, _)| path[..end].to_owned())
        })
        .collect();
    directories.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    directories.dedup();
    directories
}

/// Each directory goes with the first patch that has a file in it.
fn note_directories(request: &mut Request, created: &[String]) {
    for directory in created {
        let inside = |file: &AppliedFile| {
            let rest = file.path.as_str().strip_prefix(directory.as_str());
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let new = |applied: &&mut AppliedPatch| request.patches.contains(&applied.patch);
        let mut applied = request.receipt.applied.iter_mut().filter(new);
        if let Some(patch) = applied.find(|applied| applied.files.iter().any(inside)) {
            patch.directories.push(directory.clone());
        }
    }
}

fn located(error: TreeError, tree: &Tree, path: &RepoPath) -> TransactionError {
    match error {
        TreeError::Boundary(boundary) => TransactionError::OutOfBounds {
            path: path.clone(),
            boundary,
        },
        TreeError::Io(source) => TransactionError::io("reach", tree.place(path), source),
    }
}
