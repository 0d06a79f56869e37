//! `granite-bundle patch`: one file per subcommand.

mod apply;
mod change;
mod check;
mod diff;
mod list;
mod matrix;
mod recover;
mod revert;
mod status;
mod subject;
mod verify;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::checkout::option;
use super::{Exit, Ui, examples};
use crate::patch::judge::judgement::Options;
use crate::patch::series::Series;

/// Manage the patch stack of an engine checkout
///
/// An engine checkout is a clone, a folder inside another repository, or an unpacked archive of coreai-models. `list`, `status`, `check`, `verify`, `diff`
/// and `matrix` change nothing in it; `apply` and `revert` change all they have to or nothing.
///
/// Exit code: 0 if the checkout is, or ends, as asked; 1 if a patch cannot apply, is missing or does not verify; 2 if
/// the checkout or the patches cannot be read or written. `list`, `status`, `diff` and `matrix` only report.
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch status --engine coreai-models",
    "granite-bundle patch apply --engine coreai-models",
    "granite-bundle patch revert --engine coreai-models",
]))]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Status(status::Args),
    Check(check::Args),
    Apply(apply::Args),
    Verify(verify::Args),
    Revert(revert::Args),
    Diff(diff::Args),
    Matrix(matrix::Args),
    Recover(recover::Args),
}

/// The checkout, and how long to wait for it.
#[derive(Debug, clap::Args)]
struct EngineArgs {
    /// The engine checkout: a clone of any depth, a folder of a repository, or an unpacked archive
    #[arg(long, value_name = "CHECKOUT")]
    engine: PathBuf,

    /// Seconds to wait for another granite-bundle that is changing the checkout
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    lock_timeout: Duration,
}

/// Which patches.
#[derive(Debug, Default, clap::Args)]
struct StackArgs {
    /// A folder of patches instead of the built-in stack
    #[arg(long, value_name = "DIR")]
    stack: Option<PathBuf>,

    /// One patch alone, on the checkout as it is
    #[arg(long, value_name = "NAME")]
    only: Option<String>,

    /// Merge where a patch does not apply (the default for the built-in stack)
    #[arg(long, overrides_with = "no_three_way")]
    three_way: bool,

    /// Apply as `git apply` does, or not at all (the default for --stack)
    #[arg(long, overrides_with = "three_way")]
    no_three_way: bool,
}

impl StackArgs {
    fn series(&self) -> anyhow::Result<Series> {
        series(self.stack.as_deref())
    }

    fn options(&self) -> Options {
        Options {
            three_way: self.three_way || (!self.no_three_way && self.stack.is_none()),
            only: self.only.clone(),
        }
    }

    /// The flags that make the same choice again.
    fn flags(&self) -> Vec<OsString> {
        let mut flags = Vec::new();
        if let Some(stack) = &self.stack {
            flags.extend(option("--stack", stack.as_os_str()));
        }
        if let Some(only) = &self.only {
            flags.extend(option("--only", only.as_ref()));
        }
        if self.three_way && self.stack.is_some() {
            flags.push("--three-way".into());
        }
        if self.no_three_way && self.stack.is_none() {
            flags.push("--no-three-way".into());
        }
        flags
    }
}

/// The built-in series, or a folder's.
fn series(folder: Option<&Path>) -> anyhow::Result<Series> {
    Ok(match folder {
        Some(folder) => Series::from_dir(folder)?,
        None => Series::builtin()?,
    })
}

/// How to write the result.
#[derive(Debug, clap::Args)]
struct OutputArgs {
    /// Print the document `granite-bundle schema patch` describes
    #[arg(long)]
    json: bool,
}

/// What a command that only looks at the checkout takes.
#[derive(Debug, clap::Args)]
struct LookArgs {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    stack: StackArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// What a command that changes the checkout takes besides.
#[derive(Debug, clap::Args)]
struct ChangeArgs {
    /// Say what would be done, and leave no file behind
    #[arg(long)]
    dry_run: bool,

    /// Make one git commit per patch; hooks are not run
    #[arg(long)]
    commit: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|error| error.to_string())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    match &args.command {
        Command::List(args) => list::run(args, ui),
        Command::Status(args) => status::run(args, ui),
        Command::Check(args) => check::run(args, ui),
        Command::Apply(args) => apply::run(args, ui),
        Command::Verify(args) => verify::run(args, ui),
        Command::Revert(args) => revert::run(args, ui),
        Command::Diff(args) => diff::run(args, ui),
        Command::Matrix(args) => matrix::run(args, ui),
        Command::Recover(args) => recover::run(args, ui),
    }
}
