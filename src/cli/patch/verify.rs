//! `granite-bundle patch verify`.

use super::checkout::{Checkout, write_json};
use super::{EngineArgs, Exit, OutputArgs, StackArgs, Ui};
use crate::cli::examples;
use crate::patch::judge::verify::verify;
use crate::report::human;
use crate::report::json::patch::Document;

/// Verify that every needed capability is there and nothing is half there
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch verify --engine coreai-models",
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
    let verification = checkout.judge(|site| Ok(verify(site, &stack.series, &options)?))?;
    let exit = Exit::unless_findings(verification.holds());
    let path = checkout.path();
    let report = &verification.report;
    if args.output.json {
        let engine = (path.as_ref(), checkout.head());
        let mut document = Document::of(
            "verify",
            verification.holds(),
            engine,
            &stack.source,
            report,
        );
        document.details.problems = Some(human::patch::shortcomings(&verification));
        return write_json(ui, &document, exit);
    }
    let heading = checkout.heading(&path, &stack, report);
    human::patch::status(&mut ui.out, ui.width, &heading, report)?;
    human::patch::verification(&mut ui.out, ui.width, &verification)?;
    Ok(exit)
}
