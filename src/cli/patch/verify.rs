//! `granite-bundle patch verify`.

use super::subject::{Subject, write_json};
use super::{EngineArgs, Exit, OutputArgs, StackArgs, Ui};
use crate::cli::examples;
use crate::report::human;

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
    let subject = Subject::open(&args.engine, &args.stack)?;
    subject.settle(ui)?;
    let verification = subject.stack().verify();
    let verification = verification.map_err(|error| subject.advise(error))?;
    let exit = Exit::unless_findings(verification.holds());
    let path = subject.path();
    let edits = subject.edits()?;
    let report = &verification.report;
    if args.output.json {
        let mut document = subject.document("verify", verification.holds(), &path, &edits, report);
        document.details.problems = Some(human::patch::shortcomings(&verification));
        return write_json(ui, &document, exit);
    }
    human::patch::status(
        &mut ui.out,
        ui.width,
        &subject.heading(&path, &edits, report),
        report,
    )?;
    human::patch::verification(&mut ui.out, ui.width, &verification)?;
    if !verification.holds() {
        human::patch::next(&mut ui.out, &subject.next()?)?;
    }
    Ok(exit)
}
