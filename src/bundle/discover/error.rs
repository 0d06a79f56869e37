//! The error of a path that stands for nothing.

use std::path::PathBuf;

use crate::files::shown;

/// Why a path stands for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", shown(path))]
pub struct DiscoverError {
    /// The path as the user named it.
    pub path: PathBuf,
    /// True if there is nothing at that path.
    pub missing: bool,
    /// What is wrong and what was expected, one sentence.
    pub message: String,
    /// What the user can do.
    pub help: Option<String>,
}
