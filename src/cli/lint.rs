//! `granite-bundle lint`.

use super::{Exit, Ui};

/// Hold a bundle to what the engine and the model's profile require
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _ui: &mut Ui) -> anyhow::Result<Exit> {
    anyhow::bail!("not built yet")
}
