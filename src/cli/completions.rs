//! `granite-bundle completions`, and what the scripts it prints ask for.

use std::io::Write;

use clap::ValueEnum;
use clap_complete::CompleteEnv;
use clap_complete::env::Shells;

use super::{Exit, Ui};
use crate::cli::examples;

/// The variable by which a shell asks for completions.
const VARIABLE: &str = "COMPLETE";

/// Print a shell's completion script
///
/// The script asks the installed granite-bundle: commands, options, rules, profiles, schemas and formats are always those
/// of the version that is installed.
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle completions bash > ~/.local/share/bash-completion/completions/granite-bundle",
    "granite-bundle completions zsh > ~/.zfunc/_granite-bundle",
    "granite-bundle completions fish > ~/.config/fish/completions/granite-bundle.fish",
]))]
pub(super) struct Args {
    /// The shell to complete for
    shell: Shell,
}

/// A shell that can be completed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let name = match args.shell {
        Shell::Bash => "bash",
        Shell::Elvish => "elvish",
        Shell::Fish => "fish",
        Shell::Powershell => "powershell",
        Shell::Zsh => "zsh",
    };
    let shells = Shells::builtins();
    let shell = shells.completer(name);
    let shell = shell.ok_or_else(|| anyhow::anyhow!("{name} has no completions"))?;
    let program = "granite-bundle";
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, program, program, program, &mut script)?;
    ui.out.write_all(&script)?;
    Ok(Exit::Fine)
}

/// Answers a shell that asks for completions; `false` where none does.
///
/// # Errors
/// An unknown shell, or a question that cannot be read.
pub(super) fn answer() -> clap::error::Result<bool> {
    let folder = std::env::current_dir().ok();
    CompleteEnv::with_factory(super::command)
        .var(VARIABLE)
        .try_complete(std::env::args_os(), folder.as_deref())
}
