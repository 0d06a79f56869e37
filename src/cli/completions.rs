//! `granite-bundle completions`.

use std::io::Write;

use clap_complete::Shell;

use super::{Exit, Ui};

/// Print a shell's completion script
#[derive(Debug, clap::Args)]
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
