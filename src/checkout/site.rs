//! What a plan is made on.

use std::io;

use crate::checkout::FileChange;
use crate::checkout::blobs::Blobs;
use crate::checkout::tree::{PathRules, TreeView};

/// What is known of patches that were put into the files.
pub trait Records {
    /// What the patch of this name, whose text's changes have this digest, made of each file when it was put in, as git
    /// would commit them; `None` where that was never done.
    ///
    /// # Errors
    /// When what is recorded cannot be read.
    fn changes(&self, patch: &str, digest: &str) -> io::Result<Option<Vec<FileChange>>>;
}

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
    /// What was put into the files, as far as that was recorded.
    pub records: Option<&'v dyn Records>,
}
