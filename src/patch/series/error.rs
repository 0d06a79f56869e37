//! Why a series cannot be used.

use std::io;
use std::path::PathBuf;

use crate::files::FileReadError;

/// Why a series cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SeriesError {
    /// A folder cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// A file cannot be read, is none, or is larger than any patch.
    #[error("cannot read `{}`: it {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: FileReadError,
    },
    /// Nothing to apply.
    #[error("`{}` has no `*.patch` file and no `series` that names one", .0.display())]
    Empty(PathBuf),
    /// A line of the `series` file that means what we do not do.
    #[error("`{}` line {line}: {kind}", path.display())]
    Line {
        /// The `series` file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        kind: SeriesLineError,
    },
    /// The series' own description is wrong.
    #[error("series.toml: {0}")]
    Description(String),
}

/// What is wrong with a line of a `series` file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeriesLineError {
    /// A path out of the folder.
    #[error("`{0}` is no path inside the folder")]
    BadPath(String),
    /// An option that changes how the patch is applied.
    #[error(
        "`{0}` is not supported: patches are applied forwards with one leading path component left out (-p1)"
    )]
    Option(String),
    /// Named before.
    #[error("`{file}` is named a second time, after line {earlier}")]
    Repeated {
        /// The file.
        file: String,
        /// Where it is named first, counted from 1.
        earlier: usize,
    },
    /// Of the same name as another.
    #[error(
        "`{file}` and `{other}` on line {earlier} are both called `{name}`: rename one of the files"
    )]
    SameName {
        /// The file.
        file: String,
        /// The file before.
        other: String,
        /// Where that is, counted from 1.
        earlier: usize,
        /// The name of both.
        name: String,
    },
    /// Named, but not there.
    #[error("`{0}` is not in the folder")]
    Missing(String),
}
