//! What a command is about: a series on a checkout, as the arguments name them.

use std::io::Write;
use std::path::Path;

use super::{EngineArgs, Exit, LookArgs, StackArgs, Ui};
use crate::checkout::RepoPath;
use crate::checkout::capability::EraDefinition;
use crate::checkout::open::Checkout;
use crate::cli::{Advised, checkout};
use crate::files::{quoted, shown};
use crate::patch::change::transaction::{KeptEdit, Recovered, TransactionError};
use crate::patch::change::{Next, Stack, StackError, story};
use crate::patch::judge::report::StackReport;
use crate::patch::series::{Origin, Series};
use crate::report::human::{self, patch::StackHeading};
use crate::report::json::{self, patch::Document};

/// A series on a checkout.
pub(super) struct Subject<'a> {
    engine: &'a EngineArgs,
    choice: &'a StackArgs,
    checkout: Checkout,
    series: Series,
    source: String,
}

impl<'a> Subject<'a> {
    pub(super) fn open(
        engine: &'a EngineArgs,
        choice: &'a StackArgs,
    ) -> anyhow::Result<Subject<'a>> {
        Subject::of(engine, choice, checkout::open_engine)
    }

    /// For a command that only looks, once what was interrupted is settled.
    pub(super) fn settled(args: &'a LookArgs, ui: &mut Ui) -> anyhow::Result<Subject<'a>> {
        let subject = Subject::open(&args.engine, &args.stack)?;
        subject.settle(ui)?;
        Ok(subject)
    }

    /// Of the history of a checkout, whatever of it is checked out.
    pub(super) fn of_history(
        engine: &'a EngineArgs,
        choice: &'a StackArgs,
    ) -> anyhow::Result<Subject<'a>> {
        Subject::of(engine, choice, checkout::open_history)
    }

    /// Of a checkout of anything: what an interrupted command left there is put right whatever it was about.
    pub(super) fn of_any(
        engine: &'a EngineArgs,
        choice: &'a StackArgs,
    ) -> anyhow::Result<Subject<'a>> {
        Subject::of(engine, choice, checkout::open)
    }

    /// Of what the built-in series is for, opened so; a series of the user's own may be for any repository.
    fn of(
        engine: &'a EngineArgs,
        choice: &'a StackArgs,
        open: impl FnOnce(&Path) -> anyhow::Result<Checkout>,
    ) -> anyhow::Result<Subject<'a>> {
        let series = choice.series()?;
        let checkout = match series.origin {
            Origin::BuiltIn => open(&engine.engine)?,
            Origin::Folder(_) => checkout::open(&engine.engine)?,
        };
        Ok(Subject {
            engine,
            choice,
            checkout,
            source: series.origin.name(),
            series,
        })
    }

    pub(super) fn stack(&self) -> Stack<'_> {
        Stack::new(&self.checkout, &self.series, self.choice.options())
    }

    /// The eras the series tells apart.
    pub(super) fn eras(&self) -> &[EraDefinition] {
        &self.series.eras
    }

    /// The command that brings what the checkout's repository lists and does not have.
    pub(super) fn complete(&self) -> String {
        checkout::complete(&self.engine.engine, &self.checkout)
    }

    pub(super) fn path(&self) -> String {
        shown(&self.engine.engine)
    }

    /// Finishes or undoes what an interrupted command left, and says so.
    pub(super) fn settle(&self, ui: &mut Ui) -> anyhow::Result<Option<Recovered>> {
        let recovered = self.stack().recover(self.engine.lock_timeout);
        let recovered = recovered.map_err(|error| self.advise(error))?;
        report_recovered(ui, recovered.as_ref());
        Ok(recovered)
    }

    /// The files somebody has edited.
    pub(super) fn edits(&self) -> anyhow::Result<Vec<RepoPath>> {
        self.stack().edits().map_err(|error| self.advise(error))
    }

    /// What a page about this checkout begins with.
    fn heading<'p>(
        &'p self,
        path: &'p str,
        edits: &'p [RepoPath],
        report: &StackReport,
    ) -> StackHeading<'p> {
        let mut eras = self.series.eras.iter();
        StackHeading {
            path,
            head: self.checkout.head(),
            edits,
            era: eras
                .find(|era| Some(era.id) == report.era)
                .map(|era| era.title.as_str()),
            source: &self.source,
        }
    }

    /// A document on a judged stack.
    pub(super) fn document<'d>(
        &'d self,
        command: &'static str,
        ok: bool,
        path: &'d str,
        edits: &'d [RepoPath],
        report: &'d StackReport,
    ) -> Document<'d> {
        let engine = (path, self.checkout.head());
        let mut document = Document::of(command, ok, engine, &self.source, report);
        if let Some(engine) = &mut document.engine {
            engine.edited = Some(edits.iter().map(RepoPath::shown).collect());
        }
        document
    }

    /// A document that judges nothing.
    pub(super) fn bare_document<'d>(
        &'d self,
        command: &'static str,
        path: &'d str,
    ) -> Document<'d> {
        let engine = Some((path, self.checkout.head()));
        Document::bare(command, true, engine, &self.source)
    }

    /// Shows where the checkout stands.
    pub(super) fn show(
        &self,
        ui: &mut Ui,
        path: &str,
        edits: &[RepoPath],
        report: &StackReport,
    ) -> anyhow::Result<()> {
        let heading = self.heading(path, edits, report);
        human::patch::status(&mut ui.out, ui.width, &heading, report)?;
        Ok(())
    }

    /// Says which revisions the patches that conflict would apply to, where the history is at hand.
    pub(super) fn write_elsewhere(&self, ui: &mut Ui, report: &StackReport) -> anyhow::Result<()> {
        if let Some((matrix, names)) = self.stack().elsewhere(report) {
            human::patch::elsewhere(&mut ui.out, ui.width, &matrix, names.into_iter())?;
        }
        Ok(())
    }

    /// The commands that lead on, each to be pasted as it is, with the choices made now.
    pub(super) fn lines(&self, next: &[Next]) -> Vec<String> {
        let flags = self.choice.flags();
        let line = |next| checkout::command(next, &self.engine.engine, &flags);
        next.iter().map(line).collect()
    }

    /// What leads on from where the stack stands, as [`lines`](Self::lines) gives it.
    pub(super) fn next(&self) -> anyhow::Result<Vec<String>> {
        let stack = self.stack();
        let check = stack.check().map_err(|error| self.advise(error))?;
        Ok(self.lines(&stack.next(&check)))
    }

    /// Adds the next step to a failure.
    pub(super) fn advise(&self, error: StackError) -> anyhow::Error {
        let engine = &self.engine.engine;
        let help = match &error {
            StackError::Transaction(TransactionError::Locked { .. }) => {
                "wait for it to end, or give it longer with --lock-timeout SECONDS".to_owned()
            }
            StackError::Transaction(TransactionError::Interrupted { .. }) => format!(
                "remove the cause, then: granite-bundle patch recover --engine {}",
                quoted(engine)
            ),
            StackError::Transaction(
                TransactionError::Changed { .. } | TransactionError::Moved { .. },
            ) => "run the command again".to_owned(),
            StackError::Bare => {
                return Advised {
                    message: format!(
                        "`{}` is a bare repository and has no files to change",
                        engine.display()
                    ),
                    help: format!(
                        "{}, and name the clone with --engine",
                        checkout::clone(engine)
                    ),
                }
                .into();
            }
            _ => return checkout::advise(error.into(), engine, &self.checkout),
        };
        let message = story(&error);
        Advised { message, help }.into()
    }
}

/// Says, on stderr, how an interrupted command ended.
pub(super) fn report_recovered(ui: &mut Ui, recovered: Option<&Recovered>) {
    for line in recovered.map(human::patch::recovered).unwrap_or_default() {
        ui.note(&line);
    }
}

/// Says, on stderr, which files hold edits others made meanwhile.
pub(super) fn report_kept(ui: &mut Ui, kept: &[KeptEdit]) {
    for kept in kept {
        ui.note(&human::patch::kept(kept));
    }
}

/// Writes a document; the exit code is the command's.
pub(super) fn write_json(ui: &mut Ui, document: &Document<'_>, exit: Exit) -> anyhow::Result<Exit> {
    ui.exact(json::text(document)?.as_bytes())?;
    ui.out.flush()?;
    Ok(exit)
}
