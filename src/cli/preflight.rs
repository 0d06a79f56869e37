//! `granite-bundle preflight`.

use super::{Exit, Ui};

/// Tell whether this bundle runs on this engine checkout
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _ui: &mut Ui) -> anyhow::Result<Exit> {
    anyhow::bail!("not built yet")
}
