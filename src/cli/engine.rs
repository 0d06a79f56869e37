//! An engine checkout as `lint` and `preflight` read it: one piece, so that they never differ.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::checkout;
use crate::checkout::RepoPath;
use crate::checkout::open::Checkout;
use crate::patch::change::Stack;
use crate::patch::judge::engine::{EngineReading, read};
use crate::patch::judge::judgement::Options;
use crate::patch::series::Series;
use crate::preflight::Revisions;

/// An engine checkout named on the command line.
pub(super) struct EngineCheckout {
    path: PathBuf,
    opened: Checkout,
    pub(super) series: Series,
}

impl EngineCheckout {
    /// Opens it; a path that is no checkout of the engine comes with a next step.
    pub(super) fn open(path: &Path) -> anyhow::Result<EngineCheckout> {
        Ok(EngineCheckout {
            path: path.to_owned(),
            opened: checkout::open_engine(path)?,
            series: Series::builtin().context("the built-in patch series is damaged")?,
        })
    }

    /// Reads it.
    pub(super) fn reading(&self) -> anyhow::Result<EngineReading> {
        let reading = self.read().with_context(|| self.unreadable());
        reading.map_err(|error| checkout::advise(error, &self.path, &self.opened))
    }

    fn read(&self) -> anyhow::Result<EngineReading> {
        let trees = self.opened.trees()?;
        Ok(read(trees.site(), &self.series)?)
    }

    /// The commit it stands on, if it has one.
    pub(super) fn head(&self) -> Option<git2::Oid> {
        self.opened.head()
    }

    /// The files that differ from that commit by more than the stack's patches.
    pub(super) fn edits(&self) -> anyhow::Result<Vec<RepoPath>> {
        let stack = Stack::new(&self.opened, &self.series, Options::default());
        let edits = stack.edits().with_context(|| self.unreadable());
        edits.map_err(|error| checkout::advise(error, &self.path, &self.opened))
    }

    /// The command that makes a clone of it, and where that goes, where it has no files of its own.
    pub(super) fn cloned(&self) -> Option<(String, PathBuf)> {
        let repository = self.opened.repository()?;
        let cloned = || (checkout::clone(&self.path), checkout::clone_of(&self.path));
        repository.is_bare().then(cloned)
    }

    /// The commands after which the stack goes in, where it does not go in as things are; empty where none are known.
    pub(super) fn way_out(&self) -> Vec<String> {
        let options = Options {
            three_way: true,
            only: None,
        };
        let stack = Stack::new(&self.opened, &self.series, options);
        let Ok(check) = stack.check() else {
            return Vec::new();
        };
        if check.problems.is_empty() {
            return Vec::new();
        }
        let next = stack.next(&check);
        let line = |next| checkout::command(next, &self.path, &[]);
        next.iter().map(line).collect()
    }

    /// How the revision of that tag is to be had; `edited` tells whether there are edits to put aside.
    pub(super) fn revisions(&self, tag: &str, edited: bool) -> Revisions {
        let repository = self.opened.repository();
        let own = repository.filter(|it| !it.is_bare() && self.opened.folder().is_none());
        let Some(repository) = own else {
            return Revisions::Elsewhere;
        };
        let tag = format!("refs/tags/{tag}");
        if repository.find_reference(&tag).is_ok() {
            Revisions::Here { edited }
        } else if repository.find_remote("origin").is_ok() {
            Revisions::AtOrigin { edited }
        } else {
            Revisions::Elsewhere
        }
    }

    fn unreadable(&self) -> String {
        format!("{} cannot be judged", self.path.display())
    }
}
