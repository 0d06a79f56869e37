//! `granite-bundle patch status`.

use super::checkout::{Checkout, write_json};
use super::{EngineArgs, Exit, OutputArgs, StackArgs, Ui};
use crate::cli::examples;
use crate::patch::judge::plan;
use crate::report::human;
use crate::report::json::patch::Document;

/// Show where the checkout stands: every capability, every patch, and what to do next
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch status --engine coreai-models",
]))]
pub(super) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    stack: StackArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let stack = args.stack.load()?;
    let checkout = Checkout::open(&args.engine)?;
    checkout.settle(ui)?;
    let options = args.stack.options();
    let report = checkout.judge(|site| Ok(plan::status(site, &stack.series, &options)?))?;
    let path = checkout.path();
    if args.output.json {
        let engine = (path.as_ref(), checkout.head());
        let document = Document::of("status", true, engine, &stack.source, &report);
        return write_json(ui, &document, Exit::Fine);
    }
    let heading = checkout.heading(&path, &stack, &report);
    human::patch::status(&mut ui.out, ui.width, &heading, &report)?;
    checkout.write_elsewhere(ui, &stack, &options, &report)?;
    let flags = args.stack.flags();
    human::patch::outlook(&mut ui.out, ui.width, &report, |command| {
        format!("granite-bundle patch {command} --engine {path}{flags}")
    })?;
    Ok(Exit::Fine)
}
