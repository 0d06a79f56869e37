//! `granite-bundle patch check`.

use super::subject::{Subject, write_json};
use super::{Exit, LookArgs, Ui};
use crate::cli::examples;
use crate::report::human;

/// Tell whether `apply` would succeed, and if not, why, hunk by hunk
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch check --engine coreai-models",
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
    let problems: Vec<String> = check.problems.iter().map(ToString::to_string).collect();
    let exit = Exit::unless_findings(problems.is_empty());
    let path = subject.path();
    let edits = subject.edits()?;
    let report = &check.plan.report;
    if args.look.output.json {
        let mut document = subject.document("check", problems.is_empty(), &path, &edits, report);
        document.details.problems = Some(problems);
        document.details.next = Some(next);
        return write_json(ui, &document, exit);
    }
    subject.show(ui, &path, &edits, report)?;
    subject.write_elsewhere(ui, report)?;
    human::patch::verdict(&mut ui.out, ui.width, "apply", &check.plan.steps, &problems)?;
    human::patch::next(&mut ui.out, &next)?;
    Ok(exit)
}
