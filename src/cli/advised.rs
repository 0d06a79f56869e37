//! An error that says what to do.

/// An error with a next step for the user, shown as a `help:` line.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Advised {
    /// What went wrong, one sentence.
    pub message: String,
    /// What to do about it.
    pub help: String,
}
