//! What an engine checkout can do.

use std::path::Path;

use crate::checkout::capability::Survey;
use crate::cli::engine::EngineCheckout;

/// Reads a checkout as `preflight` does.
pub(super) fn survey(path: &Path) -> anyhow::Result<Survey> {
    let engine = EngineCheckout::open(path)?;
    Ok(engine.reading()?.checkout)
}
