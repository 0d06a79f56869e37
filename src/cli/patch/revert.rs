//! `granite-bundle patch revert`.

use super::change::{manner, show};
use super::subject::Subject;
use super::{ChangeArgs, EngineArgs, Exit, OutputArgs, StackArgs, Ui};
use crate::cli::examples;

/// Take the stack back, to the byte
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch revert --engine coreai-models",
]))]
pub(super) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    stack: StackArgs,
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let subject = Subject::open(&args.engine, &args.stack)?;
    let change = subject.stack().revert(&manner(&args.engine, &args.change));
    show(ui, &subject, change, args.change.dry_run, args.output.json)
}
