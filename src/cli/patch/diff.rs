//! `granite-bundle patch diff`.

use super::subject::{Subject, write_json};
use super::{Exit, LookArgs, Ui};
use crate::cli::examples;
use crate::report::json::patch::Diff;

/// Print what the stack changes, or would change, as a diff that `git apply` takes
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch diff --engine coreai-models | git -C coreai-models apply --check -",
]))]
pub(super) struct Args {
    #[command(flatten)]
    look: LookArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let subject = Subject::settled(&args.look, ui)?;
    let difference = subject.stack().difference();
    let difference = difference.map_err(|error| subject.advise(error))?;
    let problems = difference.check.problems.iter();
    let problems: Vec<String> = problems.map(ToString::to_string).collect();
    let exit = Exit::unless_findings(problems.is_empty());
    if args.look.output.json {
        let path = subject.path();
        let edits = subject.edits()?;
        let report = &difference.check.plan.report;
        let mut document = subject.document("diff", problems.is_empty(), &path, &edits, report);
        document.details.diff = Some(Diff::of(&difference.text));
        document.details.problems = Some(problems);
        return write_json(ui, &document, exit);
    }
    ui.exact(&difference.text)?;
    for problem in problems {
        ui.note(&format!("left out of the diff: {problem}"));
    }
    Ok(exit)
}
