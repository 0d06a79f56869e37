//! Works out, without touching anything, what taking patches back makes of the files.
//!
//! What the receipt recorded decides: a file that is still what the patch made of it becomes what it was, to the
//! byte. Where others have edited it since, or later patches sit on top, the patch alone is merged out; the images the
//! receipt holds of the later patches follow, so that these can be taken back exactly in their turn.

use std::collections::BTreeMap;
use std::io;

use crate::checkout::{FileChange, FileImage, RepoPath};
use crate::patch::change::take_out::{Entangled, TakeOut};
use crate::patch::change::transaction::{
    AppliedFile, AppliedPatch, Direction, Receipt, Recorded, Request, TransactionError,
    emptied_directories,
};
use crate::patch::judge::changes::{PatchChanges, PatchId};
use crate::patch::series::Origin;

/// Why nothing can be taken back.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// Edits since.
    #[error(transparent)]
    Entangled(#[from] Entangled),
    /// It is there, but its file has changed since.
    #[error("`{patch}` was applied with another text than its file has now")]
    Rewritten {
        /// The patch's name.
        patch: String,
    },
    /// An image or a file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] TransactionError),
}

/// Reads what an undoing starts from.
pub trait UndoReader {
    /// An image the receipt names.
    ///
    /// # Errors
    /// When it is not in the store.
    fn image(&self, recorded: Recorded) -> Result<FileImage, TransactionError>;

    /// The file as it is now, `None` if it is not there.
    ///
    /// # Errors
    /// When it cannot be read.
    fn current(&self, path: &RepoPath) -> io::Result<Option<FileImage>>;
}

/// An undoing being worked out, patch by patch, last applied first.
pub struct Undo<'s> {
    source: &'s dyn UndoReader,
    receipt: Receipt,
    patches: Vec<String>,
    /// The file as found, and as it will be.
    files: BTreeMap<RepoPath, (Option<FileImage>, Option<FileImage>)>,
    images: Vec<FileImage>,
    directories: Vec<RepoPath>,
}

impl<'s> Undo<'s> {
    /// Starts from what is applied.
    pub fn new(receipt: Receipt, source: &'s dyn UndoReader) -> Undo<'s> {
        Undo {
            source,
            receipt,
            patches: Vec::new(),
            files: BTreeMap::new(),
            images: Vec::new(),
            directories: Vec::new(),
        }
    }

    /// What the file will be, as worked out so far.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn file(&mut self, path: &RepoPath) -> Result<Option<FileImage>, TransactionError> {
        if let Some((_, planned)) = self.files.get(path) {
            return Ok(planned.clone());
        }
        let found = self
            .source
            .current(path)
            .map_err(|error| unreadable(path, error))?;
        self.files
            .insert(path.clone(), (found.clone(), found.clone()));
        Ok(found)
    }

    /// Takes back a patch the receipt knows; false if it does not.
    ///
    /// # Errors
    /// [`UndoError::Entangled`] when edits since do not let go of it; nothing of the patch is taken back then.
    pub fn recorded(&mut self, id: &PatchId) -> Result<bool, UndoError> {
        let known = |applied: &AppliedPatch| applied.is_of(id);
        let Some(position) = self.receipt.applied.iter().position(known) else {
            return Ok(false);
        };
        let mut receipt = self.receipt.clone();
        let entry = receipt.applied.remove(position);
        let mut planned = Vec::new();
        for file in &entry.files {
            let out = TakeOut {
                patch: &entry.patch,
                path: &file.path,
                with: self.optional_image(file.after)?,
                without: self.optional_image(file.before)?,
            };
            planned.push((file.path.clone(), out.of(self.file(&file.path)?)?));
            let later = receipt.applied[position..]
                .iter_mut()
                .flat_map(|applied| &mut applied.files)
                .filter(|later| later.path == file.path);
            for later in later {
                for recorded in [&mut later.before, &mut later.after] {
                    let image = out.of(self.optional_image(*recorded)?)?;
                    *recorded =
                        Recorded::of_optional(image.as_ref()).map_err(TransactionError::from)?;
                    self.images.extend(image);
                }
            }
        }
        for (path, image) in planned {
            self.set(path, image);
        }
        self.receipt = receipt;
        self.directories.extend(entry.directories.into_iter().rev());
        self.patches.push(entry.patch);
        Ok(true)
    }

    /// Takes back a patch that is there: as recorded where that is known, else by `changes`, which were worked out from
    /// the content.
    ///
    /// # Errors
    /// [`UndoError::Entangled`] when neither lets go of it.
    pub fn step(&mut self, step: PatchChanges) -> Result<(), UndoError> {
        let PatchChanges { id, changes } = step;
        let entangled = match self.is_record_of(&id, &changes).then(|| self.recorded(&id)) {
            Some(Ok(true)) => return Ok(()),
            Some(Err(UndoError::Entangled(entangled))) => Some(entangled),
            Some(Err(error)) => return Err(error),
            Some(Ok(false)) | None => None,
        };
        for change in &changes {
            if self.file(&change.path)? != change.before {
                return Err(entangled
                    .unwrap_or_else(|| Entangled {
                        patch: id.name,
                        path: change.path.clone(),
                    })
                    .into());
            }
        }
        self.by_content(&id, changes);
        Ok(())
    }

    /// An older receipt knows no text; the files then tell patches of one name apart.
    fn is_record_of(&self, id: &PatchId, changes: &[FileChange]) -> bool {
        let known = |file: &AppliedFile| changes.iter().any(|change| change.path == file.path);
        let record = self.receipt.of(id);
        record.is_some_and(|record| record.files.iter().all(known))
    }

    /// Takes back a recorded patch of which nothing was found by content, unless the files are as committed.
    ///
    /// What is recorded under the patch's name with another text is the patch before it was rewritten. The built-in series
    /// is rewritten by an update, and what it put there is taken back exactly; in a folder, its owner has to say what is
    /// meant.
    ///
    /// # Errors
    /// [`UndoError::Entangled`] when edits since do not let go of it, [`UndoError::Rewritten`] where it is there with
    /// another text.
    pub fn leftover(
        &mut self,
        id: &PatchId,
        committed: impl Fn(&RepoPath) -> io::Result<Option<FileImage>>,
    ) -> Result<(), UndoError> {
        if let Some(record) = self.receipt.of(id).cloned() {
            return match self.is_gone(&record, &committed)? {
                true => {
                    self.receipt.forget(id);
                    Ok(())
                }
                false => self.recorded(id).map(drop),
            };
        }
        let rewritten = |applied: &&AppliedPatch| {
            applied.patch == id.name && applied.stack.is_some() && applied.stack == id.stack
        };
        let Some(record) = self.receipt.applied.iter().find(rewritten).cloned() else {
            return Ok(());
        };
        if self.is_gone(&record, &committed)? || !self.is_as_recorded(&record)? {
            return Ok(());
        }
        if record.stack.as_deref() != Some(Origin::BUILT_IN) {
            return Err(UndoError::Rewritten {
                patch: record.patch,
            });
        }
        let earlier = PatchId {
            digest: record.digest,
            ..id.clone()
        };
        self.recorded(&earlier).map(drop)
    }

    /// Whether every file of a recorded patch is as committed.
    fn is_gone(
        &mut self,
        record: &AppliedPatch,
        committed: impl Fn(&RepoPath) -> io::Result<Option<FileImage>>,
    ) -> Result<bool, UndoError> {
        for file in &record.files {
            let clean = committed(&file.path).map_err(|error| unreadable(&file.path, error))?;
            if self.file(&file.path)? != clean {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether some file is still what a recorded patch made of it.
    fn is_as_recorded(&mut self, record: &AppliedPatch) -> Result<bool, UndoError> {
        for file in &record.files {
            let now = self.file(&file.path)?;
            if Recorded::of_optional(now.as_ref()).map_err(TransactionError::from)? == file.after {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes back a patch by what that does to each file.
    fn by_content(&mut self, id: &PatchId, changes: Vec<FileChange>) {
        self.directories.extend(emptied_directories(&changes));
        for change in changes {
            self.set(change.path, change.after);
        }
        self.receipt.forget(id);
        self.patches.push(id.name.clone());
    }

    /// The transaction that does it.
    pub fn finish(self) -> Request {
        let changes = self
            .files
            .into_iter()
            .filter_map(|(path, (before, after))| {
                (before != after).then_some(FileChange {
                    path,
                    before,
                    after,
                })
            });
        Request {
            action: Direction::Revert,
            patches: self.patches,
            changes: changes.collect(),
            receipt: self.receipt,
            prune: self.directories,
            images: self.images,
            commits: Vec::new(),
        }
    }

    fn set(&mut self, path: RepoPath, image: Option<FileImage>) {
        let found = self.files.entry(path).or_default();
        found.1 = image;
    }

    fn optional_image(
        &self,
        recorded: Option<Recorded>,
    ) -> Result<Option<FileImage>, TransactionError> {
        recorded
            .map(|recorded| self.source.image(recorded))
            .transpose()
    }
}

fn unreadable(path: &RepoPath, error: io::Error) -> TransactionError {
    TransactionError::io("read", path.as_path(), error)
}

#[cfg(test)]
mod tests;
