//! `granite-bundle patch verify`.

use super::subject::{Subject, write_json};
use super::{Exit, LookArgs, Ui};
use crate::cli::examples;
use crate::report::human;

/// Verify that every needed capability is there and nothing is half there
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch verify --engine coreai-models",
]))]
pub(super) struct Args {
    #[command(flatten)]
    look: LookArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let subject = Subject::settled(&args.look, ui)?;
    let verification = subject.stack().verify();
    let verification = verification.map_err(|error| subject.advise(error))?;
    let exit = Exit::unless_findings(verification.holds());
    let path = subject.path();
    let edits = subject.edits()?;
    let report = &verification.report;
    if args.look.output.json {
        let mut document = subject.document("verify", verification.holds(), &path, &edits, report);
        document.details.problems = Some(human::patch::shortcomings(&verification));
        return write_json(ui, &document, exit);
    }
    subject.show(ui, &path, &edits, report)?;
    human::patch::verification(&mut ui.out, ui.width, &verification)?;
    if !verification.holds() {
        human::patch::next(&mut ui.out, &subject.next()?)?;
    }
    Ok(exit)
}
