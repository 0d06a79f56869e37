//! An engine checkout as `lint` and `preflight` read it: one piece, so that they never differ.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::{Advised, checkout};
use crate::checkout::RepoPath;
use crate::checkout::open::Checkout;
use crate::checkout::tree::{Entry, TreeView};
use crate::patch::judge::engine::{EngineReading, read};
use crate::patch::series::Series;

/// Files every revision of the engine has.
const LOOKED_FOR: [&str; 2] = [
    "Package.swift",
    "swift/Sources/CoreAILanguageModels/InferenceEngines/CoreAIPipelinedEngine.swift",
];

/// An engine checkout named on the command line.
pub(super) struct EngineCheckout {
    path: PathBuf,
    opened: Checkout,
    pub(super) series: Series,
}

impl EngineCheckout {
    /// Opens it; a path that is no folder comes with a next step.
    pub(super) fn open(path: &Path) -> anyhow::Result<EngineCheckout> {
        Ok(EngineCheckout {
            path: path.to_owned(),
            opened: checkout::open(path)?,
            series: Series::builtin().context("the built-in patch series is damaged")?,
        })
    }

    /// Refuses a folder that has nothing of an engine.
    pub(super) fn insist(&self) -> anyhow::Result<()> {
        let trees = self.opened.trees().with_context(|| self.unreadable())?;
        let site = trees.site();
        for file in LOOKED_FOR {
            if is_there(site.view, file).with_context(|| self.unreadable())? {
                return Ok(());
            }
        }
        let [manifest, engine] = LOOKED_FOR;
        Err(Advised {
            message: format!("{} is no checkout of coreai-models", self.path.display()),
            help: format!("name the folder that holds the engine's {manifest} and {engine}"),
        }
        .into())
    }

    /// Reads it.
    pub(super) fn reading(&self) -> anyhow::Result<EngineReading> {
        let trees = self.opened.trees().with_context(|| self.unreadable())?;
        read(trees.site(), &self.series).with_context(|| self.unreadable())
    }

    fn unreadable(&self) -> String {
        format!("{} cannot be judged", self.path.display())
    }
}

fn is_there(view: &dyn TreeView, file: &str) -> std::io::Result<bool> {
    let Some(path) = RepoPath::new(file) else {
        return Ok(false);
    };
    Ok(view.entry(&path)? != Entry::Absent)
}
