//! The engine checkout a command works on, its lock and what an interrupted command left in it.

use std::borrow::Cow;
use std::io::Write;
use std::time::Duration;

use std::path::Path;

use anyhow::Context;
use git2::{ErrorCode, Oid, Repository};
use serde::Serialize;

use super::{EngineArgs, Exit, Ui};
use crate::cli::Advised;
use crate::patch::series::Series;
use crate::patch::transaction::{Recovered, Session, TransactionError, interrupted};
use crate::report::human;

/// A folder with the engine's files, and its repository if it has one.
pub(super) struct Checkout<'a> {
    pub(super) folder: &'a Path,
    pub(super) repository: Option<Repository>,
    lock_timeout: Duration,
}

impl<'a> Checkout<'a> {
    /// Opens the folder; a repository counts only if it is the folder's own, not one the folder lies in.
    pub(super) fn open(args: &'a EngineArgs) -> anyhow::Result<Checkout<'a>> {
        let folder = args.engine.as_path();
        let listing = std::fs::read_dir(folder);
        listing.with_context(|| format!("cannot read the checkout `{}`", folder.display()))?;
        let repository = match Repository::open(folder) {
            Ok(repository) => Some(repository),
            Err(error) if error.code() == ErrorCode::NotFound => None,
            Err(error) => {
                let message = format!("cannot open the repository in `{}`", folder.display());
                return Err(anyhow::Error::new(error).context(message));
            }
        };
        Ok(Checkout {
            folder,
            repository,
            lock_timeout: args.lock_timeout,
        })
    }

    pub(super) fn path(&self) -> Cow<'a, str> {
        self.folder.to_string_lossy()
    }

    /// The commit that is checked out.
    pub(super) fn head(&self) -> Option<Oid> {
        let head = self.repository.as_ref()?.head().ok()?;
        Some(head.peel_to_commit().ok()?.id())
    }

    /// Finishes or undoes what an interrupted command left, and says so.
    pub(super) fn settle(&self, ui: &mut Ui) -> anyhow::Result<Option<Recovered>> {
        match &self.repository {
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
        let message = error.to_string();
        anyhow::Error::new(error).context(Advised { message, help })
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
