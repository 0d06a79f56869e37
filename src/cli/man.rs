//! `granite-bundle man`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap_complete::ArgValueCandidates;
use clap_mangen::roff::{Roff, bold, roman};

use super::{Advised, Exit, Ui, candidates, examples};
use crate::bundle::shown;
use crate::files;

/// Print the manual page of the program, or of one of its commands
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle man lint > granite-bundle-lint.1",
    "granite-bundle man patch apply | man -l -",
    "granite-bundle man --dir ~/.local/share/man/man1",
]))]
pub(super) struct Args {
    /// The command, such as `lint` or `patch apply`
    #[arg(add = ArgValueCandidates::new(candidates::commands))]
    command: Vec<String>,
    /// Write every page into a folder, where `man` finds them by name
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let mut command = super::command();
    command.build();
    if let Some(folder) = &args.dir {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", shown(folder)))?;
        let count = write_all(&command, folder)?;
        ui.note(&format!("{count} pages written to {}", shown(folder)));
        return Ok(Exit::Fine);
    }
    let mut chosen = &command;
    for name in &args.command {
        chosen = chosen
            .find_subcommand(name)
            .ok_or_else(|| unknown(&args.command))?;
    }
    ui.out.write_all(&page(chosen)?)?;
    Ok(Exit::Fine)
}

/// Writes the pages of a command and of those below it; how many.
fn write_all(command: &clap::Command, folder: &Path) -> anyhow::Result<usize> {
    let man = clap_mangen::Man::new(command.clone());
    let path = folder.join(man.get_filename());
    files::write(&path, &page(command)?)
        .with_context(|| format!("cannot write {}", shown(&path)))?;
    let mut count = 1;
    for inner in command.get_subcommands() {
        if inner.get_name() != "help" {
            count += write_all(inner, folder)?;
        }
    }
    Ok(count)
}

/// A page in roff.
fn page(command: &clap::Command) -> io::Result<Vec<u8>> {
    let man = clap_mangen::Man::new(command.clone())
        .source(concat!("granite-bundle ", env!("CARGO_PKG_VERSION")))
        .manual("User Commands");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    section("EXIT STATUS", &EXIT_STATUS).to_writer(&mut page)?;
    section("ENVIRONMENT", &ENVIRONMENT).to_writer(&mut page)?;
    section("FILES", &FILES).to_writer(&mut page)?;
    if let Some(help) = command.get_after_help() {
        verbatim("EXAMPLES", &help.to_string()).to_writer(&mut page)?;
    }
    Ok(page)
}

const EXIT_STATUS: [(&str, &str); 4] = [
    ("0", "All is well."),
    (
        "1",
        "Findings at or above the level asked for, numbers that differ, a checkout that does not do, or a patch that cannot be applied.",
    ),
    (
        "2",
        "Wrong usage, or something that cannot be read or written.",
    ),
    ("130", "Ended by Ctrl-C."),
];

const ENVIRONMENT: [(&str, &str); 4] = [
    (
        "NO_COLOR",
        "If it is set and not empty, nothing is coloured.",
    ),
    (
        "CLICOLOR_FORCE",
        "If it is set and not 0, colours go into pipes and files too.",
    ),
    (
        "COLUMNS",
        "How wide a page may be, where the terminal does not say.",
    ),
    (
        "COMPLETE",
        "Set by the scripts of granite-bundle completions; answers the shell and does nothing else.",
    ),
];

const FILES: [(&str, &str); 3] = [
    (
        "granite-bundle.toml",
        "How bundles are linted, and findings that are accepted: the nearest in a folder above the bundle, up to the root of its repository. granite-bundle init writes one.",
    ),
    (
        "CHECKOUT/.git/granite-bundle",
        "What patch apply did to a checkout and what it kept, by which patch revert and patch recover undo it.",
    ),
    (
        "CHECKOUT/.granite-bundle",
        "The same of an export without git.",
    ),
];

fn section(title: &str, entries: &[(&str, &str)]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    for (name, text) in entries {
        roff.control("TP", []);
        roff.text([bold(*name)]);
        roff.text([roman(*text)]);
    }
    roff
}

/// Lines as they are, after the word that heads them.
fn verbatim(title: &str, text: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    roff.control("nf", []);
    for line in text.lines().filter(|line| *line != "Examples:") {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff
}

fn unknown(command: &[String]) -> Advised {
    Advised {
        message: format!("there is no command {:?}", command.join(" ")),
        help: "`granite-bundle --help` and `granite-bundle patch --help` list them".to_owned(),
    }
}
