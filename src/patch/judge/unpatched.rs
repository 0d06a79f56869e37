//! The checkout without the stack, to find what somebody has edited.

use std::collections::BTreeSet;
use std::io;

use crate::checkout::RepoPath;
use crate::checkout::tree::{Overlay, image};
use crate::patch::judge::changes::PatchChanges;

/// Both trees without any patch of the series; where they differ, somebody has edited.
pub(super) struct Unpatched<'v> {
    pub(super) current: Overlay<'v>,
    /// `None` in a plain export.
    pub(super) committed: Option<Overlay<'v>>,
}

impl Unpatched<'_> {
    pub(super) fn is_edited(&self, path: &RepoPath) -> io::Result<bool> {
        let Some(committed) = &self.committed else {
            return Ok(false);
        };
        Ok(image(&self.current, path)? != image(committed, path)?)
    }

    /// Files the steps change that have uncommitted edits other than the stack's.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(super) fn edited(&self, steps: &[PatchChanges]) -> io::Result<Vec<RepoPath>> {
        let touched = steps.iter().flat_map(|step| &step.changes);
        let touched: BTreeSet<_> = touched.map(|change| &change.path).collect();
        let mut edited = Vec::new();
        for path in touched {
            if self.is_edited(path)? {
                edited.push(path.clone());
            }
        }
        Ok(edited)
    }
}
