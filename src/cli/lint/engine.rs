//! What an engine checkout can do.

use std::path::Path;

use anyhow::Context;

use crate::checkout::capability::{Checkout, survey as survey_tree};
use crate::checkout::tree::Folder;
use crate::cli::Advised;
use crate::patch::series::Series;

/// A file every revision of the engine has.
const MANIFEST: &str = "Package.swift";

/// Surveys a checkout by its content.
pub(super) fn survey(path: &Path) -> anyhow::Result<Checkout> {
    if !path.join(MANIFEST).is_file() {
        return Err(Advised {
            message: format!("{} is no checkout of coreai-models", path.display()),
            help: format!("name the folder that holds the engine's {MANIFEST}"),
        }
        .into());
    }
    let series = Series::builtin().context("the built-in patch series is damaged")?;
    let files = Folder::new(path);
    survey_tree(
        &series.eras,
        &series.capabilities,
        series.provisions(),
        &files,
    )
    .with_context(|| format!("cannot read the checkout {}", path.display()))
}
