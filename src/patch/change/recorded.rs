//! What the receipt knows of a patch, as judging asks for it.

use std::io;

use crate::checkout::eol::CheckedOut;
use crate::checkout::site::Records;
use crate::checkout::{FileChange, FileImage, RepoPath};
use crate::patch::change::transaction::{
    AppliedPatch, Receipt, Recorded, TransactionError, WorkTree, image, receipt,
};

/// What the receipt knows.
pub(super) struct Recollection<'w> {
    work_tree: &'w WorkTree<'w>,
    files: Option<&'w CheckedOut<'w>>,
    receipt: Receipt,
}

impl<'w> Recollection<'w> {
    /// Reads the receipt; `files` convert line endings, where any are converted.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn of(
        work_tree: &'w WorkTree<'w>,
        files: Option<&'w CheckedOut<'w>>,
    ) -> Result<Recollection<'w>, TransactionError> {
        Ok(Recollection {
            work_tree,
            files,
            receipt: receipt(work_tree)?,
        })
    }

    fn image(&self, path: &RepoPath, recorded: Option<Recorded>) -> io::Result<Option<FileImage>> {
        let Some(recorded) = recorded else {
            return Ok(None);
        };
        let kept = image(self.work_tree, recorded).map_err(io::Error::other)?;
        match self.files {
            Some(files) => files.committable(path, &kept).map(Some),
            None => Ok(Some(kept)),
        }
    }
}

impl Records for Recollection<'_> {
    fn changes(&self, patch: &str, digest: &str) -> io::Result<Option<Vec<FileChange>>> {
        let known = |applied: &&AppliedPatch| {
            applied.patch == patch && applied.digest.as_deref() == Some(digest)
        };
        let Some(applied) = self.receipt.applied.iter().find(known) else {
            return Ok(None);
        };
        let changes = applied.files.iter().map(|file| {
            Ok(FileChange {
                path: file.path.clone(),
                before: self.image(&file.path, file.before)?,
                after: self.image(&file.path, file.after)?,
            })
        });
        changes.collect::<io::Result<_>>().map(Some)
    }
}
