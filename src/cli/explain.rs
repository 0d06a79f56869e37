//! `granite-bundle explain`.

use super::{Exit, Ui};

/// Explain a rule: what, why it matters, how to fix, where the fact comes from
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _ui: &mut Ui) -> anyhow::Result<Exit> {
    anyhow::bail!("not built yet")
}
