//! What `apply` and `revert` have in common: lock, plan, refuse or do, report.

use std::io::Write;

use git2::{Repository, RepositoryState};

use super::checkout::{Checkout, Stack, report_left, write_json};
use super::{ChangeArgs, EngineArgs, Exit, StackArgs, Ui};
use crate::checkout::FileChange;
use crate::checkout::eol::CheckedOut;
use crate::checkout::site::Site;
use crate::checkout::tree::{Entry, TreeView};
use crate::cli::Advised;
use crate::patch::change::transaction::{
    self, Action, Commit, Outcome, Receipt, Request, Session, Step, net_changes,
};
use crate::patch::format::mail::commit_message;
use crate::patch::judge::changes::PatchChanges;
use crate::patch::judge::judgement::{JudgeError, Options};
use crate::patch::judge::plan;
use crate::patch::judge::report::StackReport;
use crate::patch::series::Series;
use crate::report::human;
use crate::report::json::patch::{Document, Transaction};

/// A command that changes the checkout.
pub(super) struct Change<'a> {
    pub(super) action: Action,
    pub(super) engine: &'a EngineArgs,
    pub(super) stack: &'a StackArgs,
    pub(super) change: &'a ChangeArgs,
    pub(super) json: bool,
}

/// What it will do.
pub(super) struct Planned {
    pub(super) report: StackReport,
    /// Why not; it does nothing where there is one.
    pub(super) problems: Vec<String>,
    pub(super) request: Request,
    /// With `--commit`: every patch that belongs into a commit, in order.
    pub(super) chain: Vec<Step>,
}

impl Change<'_> {
    pub(super) fn run(
        &self,
        ui: &mut Ui,
        plan: impl Fn(&Checkout<'_>, &Stack, Site<'_>, Receipt) -> anyhow::Result<Planned>,
    ) -> anyhow::Result<Exit> {
        let stack = self.stack.load()?;
        let checkout = Checkout::open(self.engine)?;
        let repository = match checkout.writable() {
            Ok(repository) => repository,
            Err(advised) => return self.refuse_site(ui, &checkout, &stack, advised),
        };
        if self.change.dry_run {
            checkout.settle(ui)?;
            let receipt = transaction::receipt(repository)?;
            let planned = checkout.judge(|site| {
                let planned = plan(&checkout, &stack, site, receipt)?;
                self.with_commits(planned, repository, &stack.series, site)
            })?;
            return self.report(ui, &checkout, &stack, &planned, None);
        }
        let (session, _) = checkout.lock(repository, ui)?;
        let receipt = session.receipt()?;
        let planned = checkout.judge(|site| {
            let planned = plan(&checkout, &stack, site, receipt)?;
            self.with_commits(planned, repository, &stack.series, site)
        })?;
        self.execute(ui, &checkout, &stack, &session, planned)
    }

    fn execute(
        &self,
        ui: &mut Ui,
        checkout: &Checkout<'_>,
        stack: &Stack,
        session: &Session<'_>,
        mut planned: Planned,
    ) -> anyhow::Result<Exit> {
        let idle = planned.request.changes.is_empty()
            && planned.request.commits.is_empty()
            && planned.request.receipt == session.receipt()?;
        if !planned.problems.is_empty() || idle {
            return self.report(ui, checkout, stack, &planned, None);
        }
        match session.execute(planned.request.clone()) {
            Ok(outcome) => {
                report_left(ui, &outcome.left);
                if !outcome.commits.is_empty() {
                    ui.note("commit hooks were not run");
                }
                let options = self.stack.options();
                planned.report =
                    checkout.judge(|site| Ok(plan::status(site, &stack.series, &options)?))?;
                self.report(ui, checkout, stack, &planned, Some(&outcome))
            }
            Err(error) if error.is_refusal() => {
                if let transaction::TransactionError::Undone { left, .. } = &error {
                    report_left(ui, left);
                }
                planned.problems.push(whole_story(&error));
                self.report(ui, checkout, stack, &planned, None)
            }
            Err(error) => Err(checkout.advise(error)),
        }
    }

    fn report(
        &self,
        ui: &mut Ui,
        checkout: &Checkout<'_>,
        stack: &Stack,
        planned: &Planned,
        outcome: Option<&Outcome>,
    ) -> anyhow::Result<Exit> {
        let ok = planned.problems.is_empty();
        let exit = Exit::unless_findings(ok);
        let path = checkout.path();
        let verb = self.action.verb();
        if self.json {
            let engine = (path.as_ref(), checkout.head());
            let mut document = Document::of(verb, ok, engine, &stack.source, &planned.report);
            document.details.dry_run = Some(self.change.dry_run);
            document.details.transaction = outcome.map(Transaction::of);
            document.details.problems = Some(planned.problems.clone());
            return write_json(ui, &document, exit);
        }
        let heading = checkout.heading(&path, stack, &planned.report);
        human::patch::status(&mut ui.out, ui.width, &heading, &planned.report)?;
        checkout.write_elsewhere(ui, stack, &self.stack.options(), &planned.report)?;
        human::patch::change(
            &mut ui.out,
            ui.width,
            &human::patch::Change {
                request: &planned.request,
                problems: &planned.problems,
                outcome,
                dry_run: self.change.dry_run,
            },
        )?;
        ui.out.flush()?;
        Ok(exit)
    }

    /// A checkout that cannot be changed at all.
    fn refuse_site(
        &self,
        ui: &mut Ui,
        checkout: &Checkout<'_>,
        stack: &Stack,
        advised: Advised,
    ) -> anyhow::Result<Exit> {
        if self.json {
            let options = self.stack.options();
            let report = checkout.judge(|site| Ok(plan::status(site, &stack.series, &options)?))?;
            let path = checkout.path();
            let engine = (path.as_ref(), checkout.head());
            let verb = self.action.verb();
            let mut document = Document::of(verb, false, engine, &stack.source, &report);
            document.details.dry_run = Some(self.change.dry_run);
            document.details.problems = Some(vec![advised.message.clone()]);
            write_json(ui, &document, Exit::Findings)?;
        }
        ui.error(&advised.into());
        Ok(Exit::Findings)
    }

    /// Adds the commits asked for, or the reason why there can be none.
    fn with_commits(
        &self,
        mut planned: Planned,
        repository: &Repository,
        series: &Series,
        site: Site<'_>,
    ) -> anyhow::Result<Planned> {
        if !self.change.commit || !planned.problems.is_empty() {
            return Ok(planned);
        }
        let Some(committed) = site.committed else {
            planned
                .problems
                .push("there is no commit yet to put one on top of".to_owned());
            return Ok(planned);
        };
        if repository.state() != RepositoryState::Clean {
            planned
                .problems
                .push("a merge, rebase or the like is in progress".to_owned());
            return Ok(planned);
        }
        match committed_steps(committed, &planned.chain)? {
            Some(done) => {
                planned.request.commits = planned.chain[done..]
                    .iter()
                    .map(|step| Commit {
                        message: self.message(series, &planned.report, &step.patch),
                        changes: step.changes.clone(),
                    })
                    .collect();
            }
            None => planned.problems.push(
                "what is committed is neither with nor without the patches, so there is no telling what to commit"
                    .to_owned(),
            ),
        }
        if !planned.request.commits.is_empty()
            && let Err(error) = repository.signature()
        {
            let reason = error.message();
            planned.problems.push(format!(
                "git knows no name and address to commit with: {reason}"
            ));
        }
        Ok(planned)
    }

    /// The words of the variant that was judged.
    fn message(&self, series: &Series, report: &StackReport, name: &str) -> String {
        let judged = report.patches.iter().find(|patch| patch.name == name);
        let mut variants = series.patches.iter().flat_map(|patch| &patch.variants);
        let variant =
            variants.find(|variant| judged.is_some_and(|judged| judged.file == variant.file));
        let message = commit_message(variant.map_or(&[], |variant| &variant.text), name);
        match self.action {
            Action::Apply => message,
            Action::Revert => {
                let title = message.lines().next().unwrap_or(name);
                format!("Revert \"{title}\"\n")
            }
        }
    }
}

/// An error and its causes in one sentence.
pub(super) fn whole_story(error: &dyn std::error::Error) -> String {
    let mut story = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        story += &format!(": {error}");
        cause = error.source();
    }
    story
}

/// How many of the steps a tree has in it, from the first on; `None` where it is at none of their ends.
fn committed_steps(tree: &dyn TreeView, steps: &[Step]) -> anyhow::Result<Option<usize>> {
    let mut whole = net_changes(steps)?;
    for change in &mut whole {
        change.before = match tree.entry(&change.path)? {
            Entry::File(image) => Some(image),
            _ => None,
        };
    }
    for done in (0..=steps.len()).rev() {
        let rest = net_changes(&steps[done..])?;
        let goal = |change: &FileChange| {
            let left = rest.iter().find(|left| left.path == change.path);
            left.map_or(&change.after, |left| &left.before) == &change.before
        };
        if whole.iter().all(goal) {
            return Ok(Some(done));
        }
    }
    Ok(None)
}

/// A plan's step as the transaction takes it.
pub(super) fn step(step: &PatchChanges) -> Step {
    Step {
        patch: step.patch.clone(),
        changes: step.changes.clone(),
    }
}

/// Steps on what git would commit, as they are made to the files themselves.
pub(super) fn written(steps: &[Step], files: &CheckedOut<'_>) -> std::io::Result<Vec<Step>> {
    let written = steps.iter().map(|step| {
        let changes = step.changes.iter().map(|change| files.change(change));
        Ok(Step {
            patch: step.patch.clone(),
            changes: changes.collect::<std::io::Result<_>>()?,
        })
    });
    written.collect()
}

/// The patches that are in the files already, as steps that lead from the files without them to the files as they are.
pub(super) fn present(
    site: Site<'_>,
    series: &Series,
    options: &Options,
) -> Result<Vec<Step>, JudgeError> {
    let removal = plan::revert(site, series, options)?;
    let forwards = removal.steps.iter().rev().map(|step| Step {
        patch: step.patch.clone(),
        changes: step.changes.iter().map(reversed).collect(),
    });
    Ok(forwards.collect())
}

fn reversed(change: &FileChange) -> FileChange {
    FileChange {
        path: change.path.clone(),
        before: change.after.clone(),
        after: change.before.clone(),
    }
}
