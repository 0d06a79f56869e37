//! The engine checkout a command works on, its lock and what an interrupted command left in it.

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use git2::{Oid, Repository};
use serde::Serialize;

use super::{EngineArgs, Exit, Ui};
use crate::checkout::eol::CheckedOut;
use crate::checkout::site::Site;
use crate::cli::{Advised, checkout};
use crate::patch::change::staged::staged;
use crate::patch::change::transaction::{
    Left, Recovered, Session, TransactionError, interrupted, net_changes,
};
use crate::patch::judge::judgement::Options;
use crate::patch::judge::matrix::{history, matrix};
use crate::patch::judge::plan::{Plan, Refusal};
use crate::patch::judge::report::{PatchReport, StackReport, State};
use crate::patch::series::Series;
use crate::report::human::{self, patch::Heading};

/// How many commits are looked at for one a patch applies to, the latest.
const HISTORY: usize = 1000;

/// A checkout a command works on.
pub(super) struct Checkout<'a> {
    folder: &'a Path,
    opened: crate::checkout::open::Checkout,
    lock_timeout: Duration,
}

impl<'a> Checkout<'a> {
    pub(super) fn open(args: &'a EngineArgs) -> anyhow::Result<Checkout<'a>> {
        Ok(Checkout {
            folder: &args.engine,
            opened: checkout::open(&args.engine)?,
            lock_timeout: args.lock_timeout,
        })
    }

    /// What a page about this checkout begins with.
    pub(super) fn heading<'p>(
        &self,
        path: &'p str,
        stack: &'p Stack,
        report: &StackReport,
    ) -> Heading<'p> {
        Heading {
            path,
            head: self.head(),
            era: stack.era_title(report),
            source: &stack.source,
        }
    }

    pub(super) fn path(&self) -> Cow<'a, str> {
        self.folder.to_string_lossy()
    }

    /// The commit that is checked out.
    pub(super) fn head(&self) -> Option<Oid> {
        self.opened.head()
    }

    pub(super) fn repository(&self) -> Option<&Repository> {
        self.opened.repository()
    }

    /// Judges the files as they are, against what is committed.
    pub(super) fn judge<T>(
        &self,
        judge: impl FnOnce(Site<'_>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        judge(self.opened.trees()?.site())
    }

    /// Finishes or undoes what an interrupted command left, and says so.
    pub(super) fn settle(&self, ui: &mut Ui) -> anyhow::Result<Option<Recovered>> {
        match self.opened.repository() {
            Some(repository) if !repository.is_bare() && interrupted(repository) => {
                Ok(self.lock(repository, ui)?.1)
            }
            _ => Ok(None),
        }
    }

    /// Takes the lock, after which nobody else changes the checkout by this program.
    pub(super) fn lock<'r>(
        &self,
        repository: &'r Repository,
        ui: &mut Ui,
    ) -> anyhow::Result<(Session<'r>, Option<Recovered>)> {
        let (session, recovered) =
            Session::open(repository, self.lock_timeout).map_err(|error| self.advise(error))?;
        if let Some(recovered) = &recovered {
            for line in human::patch::recovered(recovered) {
                ui.note(&line);
            }
        }
        Ok((session, recovered))
    }

    /// The repository whose files can be changed, or what to do to get one.
    pub(super) fn writable(&self) -> Result<&Repository, Advised> {
        let path = self.path();
        match self.opened.repository() {
            Some(repository) if repository.is_bare() => Err(Advised {
                message: format!("`{path}` is a bare repository and has no files to change"),
                help: format!("git clone {path} DIR, and give DIR as the checkout"),
            }),
            Some(repository) => Ok(repository),
            None => Err(Advised {
                message: format!("`{path}` is no git repository, so nothing could be taken back"),
                help: format!(
                    "make it one: cd {path} && git init && git add -A && git commit -m 'engine as received'"
                ),
            }),
        }
    }

    /// The files that can be changed.
    pub(super) fn files(&self) -> anyhow::Result<CheckedOut<'_>> {
        Ok(self.opened.files(self.writable()?)?)
    }

    /// Why a plan may not be carried out here; one sentence each.
    pub(super) fn problems(&self, plan: &Plan) -> anyhow::Result<Vec<String>> {
        let mut problems: Vec<String> = plan.refusal.iter().map(told).collect();
        let repository = self.opened.repository();
        let Some(repository) = repository.filter(|repository| !repository.is_bare()) else {
            return Ok(problems);
        };
        let steps: Vec<_> = plan.steps.iter().map(super::change::step).collect();
        for change in net_changes(&steps)? {
            let staged = staged(repository, &change.path, change.before.as_ref())?;
            problems.extend(staged.map(|staged| staged.to_string()));
        }
        Ok(problems)
    }

    /// Says which revisions the patches that conflict would apply to, where the history is at hand.
    pub(super) fn write_elsewhere(
        &self,
        ui: &mut Ui,
        stack: &Stack,
        options: &Options,
        report: &StackReport,
    ) -> anyhow::Result<()> {
        let stuck = |patch: &&PatchReport| !patch.achievable && patch.state == State::Conflict;
        let stuck: Vec<_> = report.patches.iter().filter(stuck).collect();
        let Some(repository) = self.opened.repository().filter(|_| !stuck.is_empty()) else {
            return Ok(());
        };
        for revision in ["HEAD", "refs/remotes/origin/HEAD"] {
            // A history that is partly missing only takes this hint away.
            let Ok(commits) = history(repository, revision) else {
                continue;
            };
            let recent = &commits[commits.len().saturating_sub(HISTORY)..];
            let Ok(matrix) = matrix(repository, &stack.series, options, recent) else {
                continue;
            };
            let applies = |patch: &&PatchReport| matrix.applies_to(&patch.name).next().is_some();
            if stuck.iter().any(applies) {
                let names = stuck.iter().map(|patch| patch.name.as_str());
                human::patch::elsewhere(&mut ui.out, ui.width, &matrix, names)?;
                break;
            }
        }
        Ok(())
    }

    /// Adds the next step to a transaction's failure.
    pub(super) fn advise(&self, error: TransactionError) -> anyhow::Error {
        let path = self.path();
        let help = match &error {
            TransactionError::Locked { .. } => {
                "wait for it to end, or give it longer with --lock-timeout SECONDS".to_owned()
            }
            TransactionError::Interrupted { .. } => {
                format!("remove the cause, then: granite-bundle patch recover --engine {path}")
            }
            TransactionError::Changed { .. } | TransactionError::Moved { .. } => {
                "run the command again".to_owned()
            }
            _ => return error.into(),
        };
        let message = super::change::whole_story(&error);
        Advised { message, help }.into()
    }
}

/// A refusal with what to do about it.
fn told(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Inapplicable(_) => refusal.to_string(),
        Refusal::Dirty(_) => format!("{refusal}: commit or stash them first"),
        Refusal::HalfThere(_) => format!("{refusal}: what is there cannot be told from edits"),
    }
}

/// The patches a command works with.
pub(super) struct Stack {
    pub(super) series: Series,
    /// `built-in`, or the folder as given.
    pub(super) source: String,
}

impl Stack {
    pub(super) fn load(folder: Option<&Path>) -> anyhow::Result<Stack> {
        Ok(match folder {
            Some(folder) => Stack {
                series: Series::from_dir(folder)?,
                source: folder.to_string_lossy().into_owned(),
            },
            None => Stack {
                series: Series::builtin()?,
                source: "built-in".to_owned(),
            },
        })
    }

    /// The title of the era a checkout is of.
    pub(super) fn era_title(&self, report: &StackReport) -> Option<&str> {
        let era = self
            .series
            .eras
            .iter()
            .find(|era| Some(era.id) == report.era)?;
        Some(&era.title)
    }
}

/// Says, on stderr, which files hold edits others made meanwhile.
pub(super) fn report_left(ui: &mut Ui, left: &[Left]) {
    for left in left {
        ui.note(&human::patch::left(left));
    }
}

/// Writes a document; the exit code is the command's.
pub(super) fn write_json(
    ui: &mut Ui,
    document: &impl Serialize,
    exit: Exit,
) -> anyhow::Result<Exit> {
    serde_json::to_writer_pretty(&mut ui.out, document)?;
    writeln!(ui.out)?;
    Ok(exit)
}
