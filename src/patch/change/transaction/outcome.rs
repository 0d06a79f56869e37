//! How a transaction ended.

use super::error::KeptEdit;
use super::journal::Direction;
use crate::checkout::RepoPath;

/// How a transaction ended that went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The files changed.
    pub changed: Vec<RepoPath>,
    /// What holds somebody else's edits, made while it ran.
    pub kept: Vec<KeptEdit>,
    /// The commits made, oldest first.
    pub commits: Vec<git2::Oid>,
}

/// How a transaction that did not end by itself was settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// What it was doing.
    pub action: Direction,
    /// With which patches.
    pub patches: Vec<String>,
    /// True if it was finished, false if it was undone.
    pub finished: bool,
    /// What holds somebody else's edits.
    pub kept: Vec<KeptEdit>,
}
