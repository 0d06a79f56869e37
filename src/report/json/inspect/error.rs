//! What could not be read.

use serde::Serialize;

use crate::bundle::{Failure, shown};

/// Why a target, or one file of it, could not be read.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Error {
    pub message: String,
    pub path: String,
    pub offset: Option<u64>,
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error {
            message: failure.message,
            path: shown(&failure.path),
            offset: failure.offset,
        }
    }
}
