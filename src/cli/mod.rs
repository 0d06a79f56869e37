//! The command line: clap types, one file per command, exit codes, colour.

mod advised;
mod as_profile;
mod candidates;
mod checkout;
mod completions;
mod diff;
mod engine;
mod exit;
mod explain;
mod gate;
mod init;
mod inspect;
mod interrupt;
mod language;
mod lint;
mod man;
mod output;
mod patch;
mod preflight;
mod progress;
mod rules;
mod run;
mod schema;
mod ui;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use advised::Advised;
pub use exit::Exit;
pub use output::Output;
pub use ui::Ui;

/// Reads, lints and prepares Core AI language bundles, with no Apple software.
#[derive(Debug, Parser)]
#[command(name = "granite-bundle", version, max_term_width = 100)]
#[command(after_help = examples(&[
    "granite-bundle inspect exports/granite-4.0-h-1b",
    "granite-bundle lint exports --format sarif --output lint.sarif",
    "granite-bundle preflight exports/granite-4.0-h-1b --engine coreai-models",
    "granite-bundle patch apply --engine coreai-models",
]))]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect(inspect::Args),
    Lint(lint::Args),
    Rules(rules::Args),
    Explain(explain::Args),
    Init(init::Args),
    Diff(diff::Args),
    Patch(patch::Args),
    Preflight(preflight::Args),
    Run(run::Args),
    Gate(gate::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// The command line, for what describes it.
fn command() -> clap::Command {
    Cli::command()
}

/// Parses the process's arguments, runs the command and gives the process's exit code.
pub fn main() -> ExitCode {
    match completions::answer() {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => {}
        Err(error) => return exit::usage(&error),
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    let mut ui = Ui::from_process();
    let outcome = match cli.command {
        Command::Inspect(args) => inspect::run(&args, &mut ui),
        Command::Lint(args) => lint::run(&args, &mut ui),
        Command::Rules(args) => rules::run(&args, &mut ui),
        Command::Explain(args) => explain::run(&args, &mut ui),
        Command::Init(args) => init::run(&args, &mut ui),
        Command::Diff(args) => diff::run(&args, &mut ui),
        Command::Patch(args) => patch::run(&args, &mut ui),
        Command::Preflight(args) => preflight::run(&args, &mut ui),
        Command::Run(args) => run::run(&args, &mut ui),
        Command::Gate(args) => gate::run(&args, &mut ui),
        Command::Schema(args) => schema::run(&args, &mut ui),
        Command::Completions(args) => completions::run(&args, &mut ui),
        Command::Man(args) => man::run(&args, &mut ui),
    };
    exit::code(outcome, &mut ui)
}

/// The end of a command's help: lines to type.
fn examples(lines: &[&str]) -> String {
    let mut text = "Examples:".to_owned();
    for line in lines {
        text += "\n  ";
        text += &pasteable(line);
    }
    text
}

/// Columns that an example may take: a terminal of 80 must not break it, or it could not be pasted.
const EXAMPLE_COLUMNS: usize = 76;

/// A command with a backslash wherever its line ends.
fn pasteable(command: &str) -> String {
    let mut text = String::new();
    let mut column = 0;
    let mut is_quoted = false;
    for (place, word) in command.split(' ').enumerate() {
        let width = word.chars().count() + 1;
        if place > 0 && !is_quoted && column + width > EXAMPLE_COLUMNS {
            text += " \\\n      ";
            column = 4;
        } else if place > 0 {
            text.push(' ');
        }
        text += word;
        column += width;
        is_quoted ^= word.matches('\'').count() % 2 == 1;
    }
    text
}
