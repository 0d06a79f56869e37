//! What one patch of a series changes in a tree.

use crate::checkout::FileChange;
use crate::checkout::capability::Capability;
use crate::patch::series::{Patch, Variant};

/// What one patch changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchChanges {
    /// The patch's name.
    pub patch: String,
    /// What it does, in a line; may be empty.
    pub title: String,
    /// The file of the variant used, relative to the stack's folder.
    pub file: String,
    /// The capabilities the variant provides.
    pub provides: Vec<Capability>,
    /// One change per path, sorted, on top of the steps before.
    pub changes: Vec<FileChange>,
}

impl PatchChanges {
    /// What `variant` of `patch` changes.
    pub(super) fn of(patch: &Patch, variant: &Variant, changes: Vec<FileChange>) -> PatchChanges {
        PatchChanges {
            patch: patch.name.clone(),
            title: patch.title.clone(),
            file: variant.file.clone(),
            provides: variant.provides.clone(),
            changes,
        }
    }
}
