//! The engine checkout named on the command line.

use std::path::Path;

use super::Advised;
use crate::checkout::open::{Checkout, OpenError};
use crate::files::quoted;

/// Opens it; a path that is no folder comes with a next step.
pub(super) fn open(path: &Path) -> anyhow::Result<Checkout> {
    Checkout::open(path).map_err(|error| match error {
        OpenError::NotAFolder { .. } => Advised {
            message: format!("{:#}", anyhow::Error::from(error)),
            help: "name a clone or an unpacked archive of the engine".to_owned(),
        }
        .into(),
        OpenError::SparseIndex { .. } => Advised {
            message: error.to_string(),
            help: format!(
                "git -C {} sparse-checkout reapply --no-sparse-index",
                quoted(path)
            ),
        }
        .into(),
        error => error.into(),
    })
}
