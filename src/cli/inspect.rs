//! `granite-bundle inspect`.

use super::{Exit, Ui};

/// Show what a bundle is, read from its bytes
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _ui: &mut Ui) -> anyhow::Result<Exit> {
    anyhow::bail!("not built yet")
}
