//! Why a patch file is refused.

/// Why a patch file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct PatchError {
    /// The line of the patch file, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub kind: PatchErrorKind,
}

/// What is wrong with a patch file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchErrorKind {
    /// No file header in the whole text.
    #[error("there is no patch in this file")]
    Empty,
    /// A hunk that belongs to no file.
    #[error("this hunk has no file header before it; the patch is damaged")]
    OrphanHunk,
    /// A hunk whose lines are not those its header announces.
    #[error("this hunk is damaged: its lines are not those its header announces")]
    CorruptHunk,
    /// A header with nothing to do.
    #[error("this header is followed by no change")]
    Nothing,
    /// A header without a file name.
    #[error("this header names no file")]
    NoName,
    /// Names or kinds that contradict each other.
    #[error("the lines of this header contradict each other")]
    Contradiction,
    /// A mode that is no file mode.
    #[error("this is no file mode")]
    BadMode,
    /// A submodule.
    #[error("this changes a submodule; only files can be patched")]
    Submodule,
    /// A path that leaves the checkout or is git's own.
    #[error("`{0}` is no path inside a checkout")]
    BadPath(String),
    /// More text than a line's place can be told in.
    #[error("no more than 4 GiB of patch are read")]
    TooLarge,
    /// A binary file.
    #[error("this changes `{0}` as a binary file; only text patches can be applied")]
    Binary(String),
}
