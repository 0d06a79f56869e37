//! `granite-bundle patch status`.

use super::subject::{Subject, write_json};
use super::{Exit, LookArgs, Ui};
use crate::cli::examples;
use crate::report::human;

/// Show where the checkout stands: every capability, every patch, and what to do next
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch status --engine coreai-models",
]))]
pub(super) struct Args {
    #[command(flatten)]
    look: LookArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let subject = Subject::settled(&args.look, ui)?;
    let stack = subject.stack();
    let check = stack.check().map_err(|error| subject.advise(error))?;
    let next = subject.lines(&stack.next(&check));
    let path = subject.path();
    let edits = subject.edits()?;
    let report = &check.plan.report;
    if args.look.output.json {
        let mut document = subject.document("status", true, &path, &edits, report);
        document.details.next = Some(next);
        return write_json(ui, &document, Exit::Fine);
    }
    subject.show(ui, &path, &edits, report)?;
    subject.write_elsewhere(ui, report)?;
    let problems: Vec<String> = check.problems.iter().map(ToString::to_string).collect();
    human::patch::if_applied(&mut ui.out, ui.width, report, &problems)?;
    human::patch::next(&mut ui.out, &next)?;
    Ok(Exit::Fine)
}
