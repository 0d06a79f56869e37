//! `granite-bundle diff`.

use super::{Exit, Ui};

/// What changed between two bundles
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _ui: &mut Ui) -> anyhow::Result<Exit> {
    anyhow::bail!("not built yet")
}
