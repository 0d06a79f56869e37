//! `granite-bundle completions`.

use std::io::Write;

use clap_complete::Shell;

use super::{Exit, Ui};
use crate::cli::examples;

/// Print a shell's completion script
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle completions bash > ~/.local/share/bash-completion/completions/granite-bundle",
    "granite-bundle completions fish > ~/.config/fish/completions/granite-bundle.fish",
]))]
pub(super) struct Args {
    /// The shell to complete for
    shell: Shell,
}

pub(super) fn run(args: &Args, mut command: clap::Command, ui: &mut Ui) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "granite-bundle", &mut script);
    ui.out.write_all(&script)?;
    Ok(Exit::Fine)
}
