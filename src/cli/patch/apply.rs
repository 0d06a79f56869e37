//! `granite-bundle patch apply`.

use super::change::{manner, show};
use super::subject::Subject;
use super::{ChangeArgs, EngineArgs, Exit, OutputArgs, StackArgs, Ui};
use crate::cli::examples;

/// Put the stack into the checkout, all or nothing
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch apply --engine coreai-models --dry-run",
    "granite-bundle patch apply --engine coreai-models --commit",
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
    let change = subject.stack().apply(&manner(&args.engine, &args.change));
    show(ui, &subject, change, args.change.dry_run, args.output.json)
}
