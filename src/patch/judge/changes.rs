//! What one patch of a series changes in a tree.

use crate::checkout::FileChange;
use crate::patch::series::{Patch, Series, Variant};

/// A patch, told from others of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchId {
    /// Its name in the series.
    pub name: String,
    /// The digest of its text's changes; `None` where the text is not known.
    pub digest: Option<String>,
    /// Where its series comes from; `None` where that is not known.
    pub stack: Option<String>,
}

impl PatchId {
    /// A patch of this name, whatever its text.
    pub fn named(name: &str) -> PatchId {
        PatchId {
            name: name.to_owned(),
            digest: None,
            stack: None,
        }
    }

    /// A variant of a series' patch.
    pub fn of(series: &Series, patch: &Patch, variant: &Variant) -> PatchId {
        PatchId {
            name: patch.name.clone(),
            digest: Some(variant.digest.clone()),
            stack: Some(series.origin.identity()),
        }
    }
}

/// What one patch changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchChanges {
    /// The patch.
    pub id: PatchId,
    /// One change per path, sorted, on top of the patches before.
    pub changes: Vec<FileChange>,
}

impl PatchChanges {
    /// What takes the patch back.
    pub fn reversed(self) -> PatchChanges {
        PatchChanges {
            id: self.id,
            changes: self.changes.into_iter().map(FileChange::reversed).collect(),
        }
    }
}
