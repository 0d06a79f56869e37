//! What keeps a file from being patched, whatever its hunks say.

use crate::checkout::RepoPath;

/// What keeps a file from being patched, whatever its hunks say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// Nothing there to change.
    #[error("`{0}` is not there")]
    Missing(RepoPath),
    /// The file to be made exists.
    #[error("`{0}` is there already")]
    Exists(RepoPath),
    /// An earlier part of the same patch removed or moved it.
    #[error("`{0}` was removed or renamed earlier in the patch")]
    Gone(RepoPath),
    /// A folder, a submodule, a device.
    #[error("`{0}` is not a file")]
    NotAFile(RepoPath),
    /// The path leads through a symbolic link.
    #[error("`{path}` leads through the symbolic link `{link}`")]
    BeyondSymlink {
        /// The path the patch names.
        path: RepoPath,
        /// The link.
        link: RepoPath,
    },
    /// A symbolic link where a file is expected, or the other way round.
    #[error(
        "`{0}` is a symbolic link where the patch expects a file, or a file where it expects a link"
    )]
    WrongType(RepoPath),
    /// A path that differs from an existing one only by the case of its letters.
    #[error("`{path}` and `{existing}` are one file where letter case is ignored")]
    CaseCollision {
        /// The path the patch names.
        path: RepoPath,
        /// What is there.
        existing: RepoPath,
    },
    /// A deletion that does not remove every line.
    #[error("`{0}` would be deleted, but the patch leaves some of its content")]
    DeletionLeavesContent(RepoPath),
}
