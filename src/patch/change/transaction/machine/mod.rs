//! Takes a journal forward or back, from wherever it stands.
//!
//! Every operation reads the target and the file beside it first and does what is left to do, so that each may be
//! repeated after a crash at any of its steps.

mod back;
mod forward;

use git2::Repository;
use rustix::path::Arg;

use super::error::{KeptEdit, KeptReason, TransactionError, located};
use super::failpoint;
use super::files::{Directory, Files, FilesError, Found};
use super::journal::{Journal, JournalFile, Phase, Publish};
use super::notes::{Images, LockedNotes};
use super::outcome::Recovered;
use super::publish;
use super::record::Recorded;
use super::work_tree::WorkTree;
use crate::checkout::RepoPath;

pub(super) struct Machine<'a> {
    work_tree: &'a WorkTree<'a>,
    files: &'a Files,
    notes: &'a LockedNotes,
    images: &'a Images,
    journal: &'a Journal,
}

/// A target, the name beside it, and what is under both.
struct Slot<'a> {
    file: &'a JournalFile,
    folder: Directory,
    name: &'a [u8],
    aside_name: String,
    target: Found,
    aside: Found,
}

impl<'a> Machine<'a> {
    pub(super) fn new(
        work_tree: &'a WorkTree<'a>,
        files: &'a Files,
        notes: &'a LockedNotes,
        images: &'a Images,
        journal: &'a Journal,
    ) -> Machine<'a> {
        Machine {
            work_tree,
            files,
            notes,
            images,
            journal,
        }
    }

    /// Runs a prepared transaction to its end.
    pub(super) fn run(&self) -> Result<Vec<KeptEdit>, TransactionError> {
        self.create_directories()?;
        for index in 0..self.journal.files.len() {
            self.stage(index)?;
        }
        self.notes.advance(Phase::Prepared, Phase::Committed)?;
        self.forward()
    }

    /// Brings an interrupted transaction to the end its phase calls for.
    pub(super) fn settle(&self, phase: Phase) -> Result<Recovered, TransactionError> {
        let (finished, kept) = match phase {
            Phase::Committed => match self.forward() {
                Ok(kept) => (true, kept),
                // Past the point of no return there is no way back, and the next command tries again.
                Err(cause) if self.notes.folder().phase() != Some(phase) => return Err(cause),
                Err(_) => (false, self.undo(phase)?),
            },
            Phase::Concluding => (true, self.conclude()?),
            Phase::Prepared | Phase::Undoing => (false, self.undo(phase)?),
        };
        Ok(Recovered {
            action: self.journal.action,
            patches: self.journal.patches.clone(),
            finished,
            kept,
        })
    }

    /// Undoes a transaction that failed while it ran; `None` where it is too late for that.
    pub(super) fn back(&self, phase: Phase) -> Result<Option<Vec<KeptEdit>>, TransactionError> {
        match phase {
            Phase::Concluding => Ok(None),
            _ => self.undo(phase).map(Some),
        }
    }

    /// The commits the journal ends with, oldest first.
    pub(super) fn commits(&self) -> Result<Vec<git2::Oid>, TransactionError> {
        match self.publishing() {
            Some((repository, publish)) => Ok(publish::commits(repository, publish)?),
            None => Ok(Vec::new()),
        }
    }

    /// The commits to publish, and where.
    fn publishing(&self) -> Option<(&'a Repository, &'a Publish)> {
        self.work_tree.repository.zip(self.journal.publish.as_ref())
    }

    fn create_directories(&self) -> Result<(), TransactionError> {
        for directory in &self.journal.create {
            let name = directory.file_name();
            let create = |folder: &Directory| -> Result<(), FilesError> {
                failpoint::pass("create a directory")?;
                folder.create_directory(name)?;
                Ok(folder.sync()?)
            };
            self.around(directory, create)?;
        }
        Ok(())
    }

    /// Acts on the directory around another.
    fn around(
        &self,
        path: &RepoPath,
        act: impl Fn(&Directory) -> Result<(), FilesError>,
    ) -> Result<(), TransactionError> {
        let act = || match self.files.directory_of(path)? {
            Some(folder) => act(&folder),
            None => Ok(()),
        };
        act().map_err(|error| match error {
            FilesError::Io(source) => TransactionError::io("change", path.as_path(), source),
            // A directory that is not one any more is somebody else's and holds nothing of the transaction.
            FilesError::Boundary(boundary) => {
                TransactionError::io("change", path.as_path(), std::io::Error::other(boundary))
            }
        })
    }

    /// Writes a file's new content beside it.
    fn stage(&self, index: usize) -> Result<(), TransactionError> {
        let file = &self.journal.files[index];
        let Some(after) = file.after else {
            return Ok(());
        };
        let folder = self
            .files
            .directory_of(&file.path)
            .map_err(|error| located(error, self.files, &file.path))?
            .ok_or_else(|| changed(file))?;
        let aside = self.journal.aside(index);
        self.stage_as(&folder, &aside, file, after)
    }

    /// Writes `image` under `aside` and reads it back.
    fn stage_as(
        &self,
        folder: &Directory,
        aside: &str,
        file: &JournalFile,
        image: Recorded,
    ) -> Result<(), TransactionError> {
        let content = self.images.get(image)?;
        let write = || {
            failpoint::pass("stage a file")?;
            folder.stage(aside, &content, file.path.file_name())?;
            failpoint::pass("staged a file")?;
            folder.sync()?;
            if self.files.same(&folder.read(aside)?, Some(&content)) {
                return Ok(());
            }
            Err(std::io::Error::other("what was written does not read back"))
        };
        write().map_err(|error| TransactionError::io("write", self.files.at(&file.path), error))
    }

    fn is(&self, found: &Found, recorded: Option<Recorded>) -> Result<bool, TransactionError> {
        let (Found::File(image), Some(recorded)) = (found, recorded) else {
            return Ok(*found == Found::Absent && recorded.is_none());
        };
        if image.oid()? != recorded.oid {
            return Ok(false);
        }
        let mut expected = image.clone();
        expected.mode = recorded.mode;
        Ok(self.files.same(found, Some(&expected)))
    }

    fn read(&self, slot: &Slot<'_>, name: impl Arg + Copy) -> Result<Found, TransactionError> {
        let found = slot.folder.read(name);
        found.map_err(|error| self.io("read", slot.file, error))
    }

    fn act(
        &self,
        slot: &Slot<'_>,
        point: &str,
        act: impl Fn(&Slot<'_>) -> std::io::Result<()>,
    ) -> Result<(), TransactionError> {
        let act = || {
            failpoint::pass(point)?;
            act(slot)?;
            failpoint::pass(&format!("{point}, done"))?;
            slot.folder.sync()
        };
        act().map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => changed(slot.file),
            _ => self.io("replace", slot.file, error),
        })
    }

    fn discard(&self, slot: &Slot<'_>) -> Result<(), TransactionError> {
        if slot.aside == Found::Absent {
            return Ok(());
        }
        self.act(slot, "remove the file beside", |slot| {
            slot.folder.remove(&slot.aside_name)
        })
    }

    fn remove_directories<'d>(
        &self,
        directories: impl Iterator<Item = &'d RepoPath>,
    ) -> Result<(), TransactionError> {
        for directory in directories {
            let name = directory.file_name();
            self.around(directory, |folder| {
                failpoint::pass("remove a directory")?;
                folder.remove_empty(name)?;
                Ok(folder.sync()?)
            })?;
        }
        Ok(())
    }

    /// Reads what is under both names; `None` if their directory is gone.
    fn slot(&self, index: usize) -> Result<Option<Slot<'a>>, TransactionError> {
        let file = &self.journal.files[index];
        let folder = match self.files.directory_of(&file.path) {
            Ok(Some(folder)) => folder,
            Ok(None) | Err(FilesError::Boundary(_)) => return Ok(None),
            Err(error) => return Err(located(error, self.files, &file.path)),
        };
        let name = file.path.file_name();
        let aside_name = self.journal.aside(index);
        let read = || -> std::io::Result<(Found, Found)> {
            folder.settle(&aside_name)?;
            Ok((folder.read(name)?, folder.read(&aside_name)?))
        };
        let (target, aside) = read().map_err(|error| self.io("read", file, error))?;
        Ok(Some(Slot {
            file,
            folder,
            name,
            aside_name,
            target,
            aside,
        }))
    }

    fn io(
        &self,
        doing: &'static str,
        file: &JournalFile,
        error: std::io::Error,
    ) -> TransactionError {
        TransactionError::io(doing, self.files.at(&file.path), error)
    }

    fn left(&self, file: &JournalFile, reason: KeptReason, aside: Option<&str>) -> KeptEdit {
        let target = self.files.at(&file.path);
        KeptEdit {
            path: file.path.clone(),
            at: match aside {
                Some(aside) => target.with_file_name(aside),
                None => target,
            },
            reason,
        }
    }
}

fn changed(file: &JournalFile) -> TransactionError {
    TransactionError::Changed {
        path: file.path.clone(),
    }
}
