//! `granite-bundle patch`.

use super::{Exit, Ui};

/// Manage the patch stack of an engine checkout
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _ui: &mut Ui) -> anyhow::Result<Exit> {
    anyhow::bail!("not built yet")
}
