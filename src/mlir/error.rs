//! Why bytes are not MLIR bytecode.

use std::io;

/// Why a byte range could not be read as MLIR bytecode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset:#x} while reading {field}")]
pub struct ReadError {
    /// Absolute position in the file, in bytes.
    pub offset: u64,
    /// What was being read, as the format names it.
    pub field: &'static str,
    /// What is wrong with it.
    pub kind: ReadErrorKind,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The enclosing range ends too early.
    #[error("{missing} byte(s) missing")]
    Truncated {
        /// Bytes needed beyond the end.
        missing: u64,
    },
    /// The enclosing range has bytes that nothing accounts for.
    #[error("{bytes} byte(s) left over")]
    Trailing {
        /// How many.
        bytes: u64,
    },
    /// A count or size no real file has.
    #[error("{count} is over the limit of {limit}")]
    OverLimit {
        /// The value found.
        count: u64,
        /// The largest one accepted.
        limit: u64,
    },
    /// A reference to something that does not exist.
    #[error("index {index} is out of range, there are {len}")]
    OutOfRange {
        /// The index found.
        index: u64,
        /// How many there are.
        len: u64,
    },
    /// Two places that must agree do not.
    #[error("found {found} where {expected} was expected")]
    Mismatch {
        /// The value found.
        found: u64,
        /// The value that fits.
        expected: u64,
    },
    /// Data that cannot be what the program says they are, in the words of whoever knows the program.
    #[error("{0}")]
    Misfit(Box<str>),
    /// A value that is not one of those allowed.
    #[error("found {found:#x}, expected {expected}")]
    Unexpected {
        /// The value found.
        found: u64,
        /// What is allowed.
        expected: &'static str,
    },
    /// A version this reader does not know.
    #[error("version {found} is not supported (this reader knows version {supported})")]
    UnsupportedVersion {
        /// The version found.
        found: u64,
        /// The version that can be read.
        supported: u64,
    },
    /// The same section twice.
    #[error("a second section of the same kind")]
    Duplicate,
    /// No such section.
    #[error("the section is missing")]
    MissingSection,
    /// No such dialect.
    #[error("the dialect is missing")]
    MissingDialect,
    /// Text that is not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// Nesting beyond what any real file has.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// The deepest nesting accepted.
        limit: u64,
    },
    /// An entry that contains itself.
    #[error("the entry refers to itself")]
    Cycle,
    /// The system could not deliver the bytes.
    #[error("the file could not be read ({0})")]
    Io(io::ErrorKind),
}
