//! The exclusive right to change a checkout.

use std::time::Duration;

use super::error::{KeptEdit, TransactionError, located};
use super::files::{Boundary, Files};
use super::journal::{Journal, JournalFile};
use super::machine::Machine;
use super::notes::{Images, LockedNotes, Notes};
use super::outcome::{Outcome, Recovered};
use super::publish;
use super::receipt::Receipt;
use super::record::Recorded;
use super::request::{Request, images_kept, note_directories};
use super::work_tree::WorkTree;
use crate::checkout::{FileChange, FileImage, RepoPath};

/// The exclusive right to change a checkout.
pub struct WriteSession<'r> {
    work_tree: WorkTree<'r>,
    files: Files,
    notes: LockedNotes,
}

/// True if a transaction was interrupted, or is running at this moment.
pub fn interrupted(work_tree: &WorkTree<'_>) -> bool {
    Notes::of(work_tree).phase().is_some()
}

/// What the stack has put into these files, according to its own notes.
///
/// # Errors
/// When the receipt cannot be read.
pub fn receipt(work_tree: &WorkTree<'_>) -> Result<Receipt, TransactionError> {
    Notes::of(work_tree).receipt()
}

/// An image the receipt names.
///
/// # Errors
/// When it is not in the store.
pub fn image(work_tree: &WorkTree<'_>, recorded: Recorded) -> Result<FileImage, TransactionError> {
    Notes::of(work_tree).images()?.get(recorded)
}

impl<'r> WriteSession<'r> {
    /// Takes the lock, waiting up to `timeout`, and settles what an interrupted transaction left.
    ///
    /// # Errors
    /// [`TransactionError::Locked`] after `timeout`; [`TransactionError::Interrupted`] when settling fails, the
    /// checkout being as it was found; the system's and libgit2's refusals.
    pub fn open(
        work_tree: WorkTree<'r>,
        timeout: Duration,
    ) -> Result<(WriteSession<'r>, Option<Recovered>), TransactionError> {
        let notes = LockedNotes::lock(&work_tree, timeout)?;
        let files = Files::open(&work_tree.root, work_tree.trusts_modes())
            .map_err(|error| TransactionError::io("open", &work_tree.root, error))?;
        let session = WriteSession {
            work_tree,
            files,
            notes,
        };
        let recovered = session.recover()?;
        Ok((session, recovered))
    }

    /// What is applied, according to the notes.
    ///
    /// # Errors
    /// When the receipt cannot be read.
    pub fn receipt(&self) -> Result<Receipt, TransactionError> {
        self.notes.folder().receipt()
    }

    fn recover(&self) -> Result<Option<Recovered>, TransactionError> {
        let Some((phase, journal)) = self.notes.journal()? else {
            return Ok(None);
        };
        let images = self.notes.images()?;
        let machine = self.machine(&images, &journal);
        machine
            .settle(phase)
            .map(Some)
            .map_err(|cause| TransactionError::Interrupted {
                cause: Box::new(cause),
            })
    }

    fn machine<'m>(&'m self, images: &'m Images, journal: &'m Journal) -> Machine<'m> {
        Machine::new(&self.work_tree, &self.files, &self.notes, images, journal)
    }

    /// Does it, all or nothing.
    ///
    /// # Errors
    /// Every variant of [`TransactionError`]; with all but [`TransactionError::Interrupted`] the checkout is as it
    /// was before, except for what others did to it.
    pub fn execute(&self, mut request: Request) -> Result<Outcome, TransactionError> {
        let journal = self.prepare(&mut request)?;
        let images = self.notes.images()?;
        for image in images_kept(&request) {
            images.keep(image)?;
        }
        self.notes.write_next_receipt(&request.receipt)?;
        let machine = self.machine(&images, &journal);
        let kept = self
            .notes
            .begin(&journal)
            .and_then(|()| machine.run())
            .or_else(|cause| self.give_up(&machine, cause))?;
        Ok(Outcome {
            changed: request
                .changes
                .into_iter()
                .map(|change| change.path)
                .collect(),
            kept,
            commits: machine.commits()?,
        })
    }

    /// Settles a transaction that failed while it ran.
    fn give_up(
        &self,
        machine: &Machine<'_>,
        cause: TransactionError,
    ) -> Result<Vec<KeptEdit>, TransactionError> {
        let Some(phase) = self.notes.folder().phase() else {
            self.notes.drop_next_receipt()?;
            return Err(cause);
        };
        match machine.back(phase) {
            Ok(Some(kept)) => Err(TransactionError::Undone {
                cause: Box::new(cause),
                kept,
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
        journal.publish = match self.work_tree.repository {
            Some(repository) => publish::prepare(repository, &self.work_tree, &request.commits)?,
            None => None,
        };
        note_directories(request, &journal.create);
        Ok(journal)
    }

    /// Holds a target to what the plan started from.
    fn check(&self, change: &FileChange) -> Result<(), TransactionError> {
        let path = &change.path;
        if self.work_tree.is_own(path) {
            return Err(TransactionError::OutOfBounds {
                path: path.clone(),
                boundary: Boundary::Own(path.to_string()),
            });
        }
        if self.inside_submodule(path)? {
            return Err(TransactionError::OutOfBounds {
                path: path.clone(),
                boundary: Boundary::Repository(path.to_string()),
            });
        }
        let found = self
            .files
            .read(path)
            .map_err(|error| located(error, &self.files, path))?;
        if self.files.same(&found, change.before.as_ref()) {
            return Ok(());
        }
        Err(TransactionError::Changed { path: path.clone() })
    }

    /// A submodule that is not checked out has no `.git` to tell it by; the index knows it.
    fn inside_submodule(&self, path: &RepoPath) -> Result<bool, TransactionError> {
        const GITLINK: u32 = 0o160_000;
        let Some(repository) = self.work_tree.repository else {
            return Ok(false);
        };
        let index = repository.index()?;
        let path = self.work_tree.in_repository(path);
        let parents = path.ancestors().skip(1);
        let mut parents = parents.filter(|parent| !parent.as_os_str().is_empty());
        Ok(parents.any(|parent| {
            index
                .get_path(parent, 0)
                .is_some_and(|entry| entry.mode == GITLINK)
        }))
    }

    fn directories_to_create(
        &self,
        changes: &[FileChange],
    ) -> Result<Vec<RepoPath>, TransactionError> {
        let mut directories: Vec<RepoPath> = Vec::new();
        for change in changes.iter().filter(|change| change.after.is_some()) {
            let missing = self
                .files
                .missing_directories(&change.path)
                .map_err(|error| located(error, &self.files, &change.path))?;
            for directory in missing {
                if !directories.contains(&directory) {
                    directories.push(directory);
                }
            }
        }
        Ok(directories)
    }
}
