//! `granite-bundle man`.

use std::io::Write;

use super::{Advised, Exit, Ui, examples};

/// Print the manual page of the program, or of one of its commands
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle man > granite-bundle.1",
    "granite-bundle man patch apply | man -l -",
]))]
pub(super) struct Args {
    /// The command, such as `lint` or `patch apply`
    command: Vec<String>,
}

pub(super) fn run(args: &Args, mut command: clap::Command, ui: &mut Ui) -> anyhow::Result<Exit> {
    command.build();
    let mut chosen = &command;
    for name in &args.command {
        chosen = chosen
            .find_subcommand(name)
            .ok_or_else(|| unknown(&args.command))?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(chosen.clone()).render(&mut page)?;
    ui.out.write_all(&page)?;
    Ok(Exit::Fine)
}

fn unknown(command: &[String]) -> Advised {
    Advised {
        message: format!("there is no command {:?}", command.join(" ")),
        help: "`granite-bundle --help` and `granite-bundle patch --help` list them".to_owned(),
    }
}
