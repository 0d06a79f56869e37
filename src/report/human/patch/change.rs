//! What was done, would be, or is to be done next.

use std::collections::BTreeSet;
use std::io::{self, Write};

use anstyle::AnsiColor;

use super::paragraph::{counted, plain, refusal, short, wrapped};
use crate::patch::change::transaction::{
    Direction, KeptEdit, KeptReason, Outcome, Recovered, Request,
};
use crate::patch::judge::changes::PatchChanges;
use crate::patch::judge::report::{CapabilityReport, StackReport};
use crate::report::terminal::safe;

/// What a status comes to.
///
/// # Errors
/// The writer's.
pub fn if_applied(
    out: &mut dyn Write,
    width: u16,
    report: &StackReport,
    problems: &[String],
) -> io::Result<()> {
    writeln!(out)?;
    let stuck = report.patches.iter().find(|patch| !patch.achievable);
    if let Some(stuck) = stuck.filter(|_| problems.len() < 2) {
        let text = format!(
            "`{}` cannot be applied as it is; nothing is applied unless everything can be.",
            stuck.name
        );
        return wrapped(out, width, "", &text);
    }
    if !problems.is_empty() {
        return refusal(out, width, "apply would be refused", problems);
    }
    if !report.patches.iter().all(|patch| patch.state.is_there()) {
        return Ok(());
    }
    let lacking = |capability: &&CapabilityReport| !capability.state.is_there();
    match report.capabilities.iter().find(lacking) {
        Some(lacking) => {
            let text = format!(
                "Every patch for this engine is there; none provides `{}`.",
                lacking.id
            );
            wrapped(out, width, "", &text)
        }
        None => writeln!(out, "Nothing to do: everything is there."),
    }
}

/// Whether a command would go through, and if not, why.
///
/// # Errors
/// The writer's.
pub fn verdict(
    out: &mut dyn Write,
    width: u16,
    verb: &str,
    steps: &[PatchChanges],
    problems: &[String],
) -> io::Result<()> {
    writeln!(out)?;
    if !problems.is_empty() {
        return refusal(out, width, &format!("{verb} would be refused"), problems);
    }
    if steps.is_empty() {
        return writeln!(out, "{verb} would succeed: there is nothing left to do.");
    }
    let files: BTreeSet<_> = steps
        .iter()
        .flat_map(|step| step.changes.iter().map(|change| &change.path))
        .collect();
    writeln!(
        out,
        "{verb} would succeed: {} in {}.",
        counted(steps.len(), "patch", "patches"),
        counted(files.len(), "file", "files")
    )
}

/// What an `apply` or a `revert` did, would do, or does not do.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// What was planned.
    pub request: &'a Request,
    /// Why it was refused.
    pub problems: &'a [String],
    /// What came of it; `None` where nothing was done.
    pub outcome: Option<&'a Outcome>,
    /// It was not to be done.
    pub dry_run: bool,
}

/// The last lines after `apply` and `revert`.
///
/// # Errors
/// The writer's.
pub fn change(out: &mut dyn Write, width: u16, change: &Ending<'_>) -> io::Result<()> {
    let request = change.request;
    let (done, state) = match request.action {
        Direction::Apply => ("applied", "everything is there already"),
        Direction::Revert => ("taken back", "none of the patches is there"),
    };
    writeln!(out)?;
    if !change.problems.is_empty() {
        let what = format!("{} refused, nothing was changed", request.action.verb());
        return refusal(out, width, &what, change.problems);
    }
    if request.changes.is_empty() && request.commits.is_empty() {
        return writeln!(out, "Nothing to do: {state}.");
    }
    let would = if change.dry_run { "would be " } else { "" };
    writeln!(
        out,
        "{} {would}{done}: {}",
        counted(request.patches.len(), "patch", "patches"),
        counted(request.changes.len(), "file", "files"),
    )?;
    for file in &request.changes {
        let (sign, style) = match (&file.before, &file.after) {
            (None, _) => ('+', AnsiColor::Green.on_default()),
            (_, None) => ('-', AnsiColor::Red.on_default()),
            _ => ('~', AnsiColor::Yellow.on_default()),
        };
        writeln!(
            out,
            "  {style}{sign}{style:#} {}",
            plain(&file.path.shown())
        )?;
    }
    for commit in change.outcome.iter().flat_map(|outcome| &outcome.commits) {
        writeln!(out, "  committed as {}", short(*commit))?;
    }
    Ok(())
}

/// The next commands to run, never broken, so that they can be copied.
///
/// # Errors
/// The writer's.
pub fn next(out: &mut dyn Write, commands: &[String]) -> io::Result<()> {
    let cyan = AnsiColor::Cyan.on_default().bold();
    for command in commands {
        writeln!(out, "{cyan}next{cyan:#}    {}", safe(command))?;
    }
    Ok(())
}

/// How an interrupted transaction was settled, in one sentence and the files it left.
pub fn recovered(recovered: &Recovered) -> Vec<String> {
    let patches = recovered.patches.join(", ");
    let verb = recovered.action.verb();
    let outcome = if recovered.finished {
        "was interrupted and is now finished"
    } else {
        "was interrupted and is now undone"
    };
    let mut lines = vec![plain(&format!("an earlier {verb} of {patches} {outcome}"))];
    lines.extend(recovered.kept.iter().map(kept));
    lines
}

/// Where somebody else's edits are, in one sentence.
pub fn kept(kept: &KeptEdit) -> String {
    let path = plain(&kept.path.shown());
    match kept.reason {
        KeptReason::EditedBefore => {
            format!("`{path}` holds edits made meanwhile; nothing of the patch is in it")
        }
        KeptReason::EditedAfter => {
            format!("`{path}` holds edits made after the patch reached it, and is left as it is")
        }
        KeptReason::OldFileEdited => {
            let place = plain(&kept.at.display().to_string());
            format!(
                "the old `{path}` was written to while it was replaced; it is kept at `{place}`"
            )
        }
    }
}
