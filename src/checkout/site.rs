//! What a plan is made on.

use crate::checkout::blobs::Blobs;
use crate::checkout::tree::{PathRules, TreeView};

/// What a plan is made on.
#[derive(Clone, Copy)]
pub struct Site<'v> {
    /// The tree as it is.
    pub view: &'v dyn TreeView,
    /// The tree as committed; `None` in a plain export.
    pub committed: Option<&'v dyn TreeView>,
    /// Where recorded pre-images can be had; `None` where there is no object database.
    pub blobs: Option<&'v dyn Blobs>,
    /// How paths are read.
    pub rules: PathRules,
}
