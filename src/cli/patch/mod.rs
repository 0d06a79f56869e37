//! `granite-bundle patch`: one file per subcommand.

mod checkout;
mod list;
mod recover;

use std::path::PathBuf;
use std::time::Duration;

use super::{Exit, Ui};

/// Manage the patch stack of an engine checkout
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Recover(recover::Args),
}

/// The checkout, and how long to wait for it.
#[derive(Debug, clap::Args)]
struct EngineArgs {
    /// The engine checkout
    #[arg(long, value_name = "CHECKOUT")]
    engine: PathBuf,

    /// Seconds to wait for another granite-bundle that is changing the checkout
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    lock_timeout: Duration,
}

/// How to write the result.
#[derive(Debug, clap::Args)]
struct OutputArgs {
    /// Write the result as JSON
    #[arg(long)]
    json: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|error| error.to_string())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    match &args.command {
        Command::List(args) => list::run(args, ui),
        Command::Recover(args) => recover::run(args, ui),
    }
}
