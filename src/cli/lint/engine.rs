//! What an engine checkout can do.

use std::path::Path;

use crate::checkout::capability::Checkout;
use crate::cli::engine::Engine;

/// Reads a checkout as `preflight` does.
pub(super) fn survey(path: &Path) -> anyhow::Result<Checkout> {
    let engine = Engine::open(path)?;
    engine.insist()?;
    Ok(engine.reading()?.checkout)
}
