//! How `apply` and `revert` say what they did.

use super::subject::{Subject, report_kept, report_recovered, write_json};
use super::{ChangeArgs, EngineArgs, Exit, Ui};
use crate::patch::change::transaction::Direction;
use crate::patch::change::{Change, Manner, StackError};
use crate::report::human;
use crate::report::json::patch::Transaction;

/// The manner asked for.
pub(super) fn manner(engine: &EngineArgs, change: &ChangeArgs) -> Manner {
    Manner {
        dry_run: change.dry_run,
        commit: change.commit,
        wait: engine.lock_timeout,
    }
}

/// Shows a change, made or refused.
pub(super) fn show(
    ui: &mut Ui,
    subject: &Subject<'_>,
    change: Result<Change, StackError>,
    dry_run: bool,
    json: bool,
) -> anyhow::Result<Exit> {
    let change = change.map_err(|error| subject.advise(error))?;
    report_recovered(ui, change.recovered.as_ref());
    report_kept(ui, &change.kept);
    if let Some(outcome) = &change.outcome {
        report_kept(ui, &outcome.kept);
        if !outcome.commits.is_empty() {
            ui.note("commit hooks were not run");
        }
    }
    let ok = change.problems.is_empty();
    let exit = Exit::unless_findings(ok);
    let path = subject.path();
    let edits = subject.edits()?;
    let problems: Vec<String> = change.problems.iter().map(ToString::to_string).collect();
    if json {
        let verb = change.request.action.verb();
        let mut document = subject.document(verb, ok, &path, &edits, &change.report);
        document.details.dry_run = Some(dry_run);
        document.details.transaction = change.outcome.as_ref().map(Transaction::of);
        document.details.problems = Some(problems);
        return write_json(ui, &document, exit);
    }
    subject.show(ui, &path, &edits, &change.report)?;
    subject.write_elsewhere(ui, &change.report)?;
    human::patch::change(
        &mut ui.out,
        ui.width,
        &human::patch::Ending {
            request: &change.request,
            problems: &problems,
            outcome: change.outcome.as_ref(),
            dry_run,
        },
    )?;
    if !ok && change.request.action == Direction::Apply {
        human::patch::next(&mut ui.out, &subject.next()?)?;
    }
    Ok(exit)
}
