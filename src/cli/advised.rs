//! An error that says what to do.

use crate::bundle::{Failure, shown};

/// An error with a next step for the user, shown as a `help:` line.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Advised {
    /// What went wrong, one sentence.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Advised {
    /// Why a target cannot be read, with its next step where there is one.
    pub(super) fn failure(failure: Failure) -> anyhow::Error {
        let message = format!("{}: {}", shown(&failure.path), failure.message);
        match failure.help {
            Some(help) => Advised { message, help }.into(),
            None => anyhow::anyhow!(message),
        }
    }
}
