//! Files of the engine that somebody has edited, patched by the stack or not.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use git2::{Status, StatusOptions};

use crate::checkout::RepoPath;
use crate::checkout::tree::image;
use crate::patch::change::stack::{Look, Stack, StackError};
use crate::patch::change::transaction::net_changes;
use crate::patch::judge::judgement::Options;

/// What the build takes in without being told.
const SOURCES: &[&str] = &["swift", "metal", "c", "h", "m", "mm", "cpp", "resolved"];

impl Stack<'_> {
    /// The files that differ from the commit by more than the stack's own patches, sorted; new files only where a build
    /// takes them in. None for an export, where nothing tells.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub fn edits(&self) -> Result<Vec<RepoPath>, StackError> {
        let Some(repository) = self.checkout.repository().filter(|found| !found.is_bare()) else {
            return Ok(Vec::new());
        };
        let mut options = StatusOptions::new();
        options
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .include_ignored(false);
        options.exclude_submodules(true).update_index(false);
        if let Some(folder) = self.checkout.folder() {
            options
                .disable_pathspec_match(true)
                .pathspec(folder.as_path());
        }
        let mut edited = BTreeSet::new();
        for entry in repository.statuses(Some(&mut options))?.iter() {
            let path = entry.path_bytes();
            let is_new = entry.status().contains(Status::WT_NEW);
            if entry.status() != Status::CURRENT && (!is_new || is_source(path)) {
                edited.extend(self.inside(path));
            }
        }
        if edited.is_empty() {
            return Ok(Vec::new());
        }
        // Whichever patch is asked about, all of them are the stack's own.
        let whole = Stack {
            options: Options {
                only: None,
                ..self.options.clone()
            },
            work_tree: self.work_tree.clone(),
            ..*self
        };
        let own = whole.looking(|look| look.own_changes())?;
        Ok(edited
            .into_iter()
            .filter(|path| !own.contains(path))
            .collect())
    }

    /// A path of the repository as one of the checkout.
    fn inside(&self, path: &[u8]) -> Option<RepoPath> {
        let path = RepoPath::new(path)?;
        match self.checkout.folder() {
            Some(folder) => path.below(folder),
            None => Some(path),
        }
    }
}

impl Look<'_, '_> {
    /// The files that are as committed but for the stack's patches.
    fn own_changes(&self) -> Result<BTreeSet<RepoPath>, StackError> {
        let mut own = BTreeSet::new();
        for change in net_changes(&self.present()?)? {
            let committed = match self.trees.site().committed {
                Some(committed) => image(committed, &change.path)?,
                None => None,
            };
            if committed == change.before {
                own.insert(change.path);
            }
        }
        Ok(own)
    }
}

fn is_source(path: &[u8]) -> bool {
    let ending = Path::new(OsStr::from_bytes(path))
        .extension()
        .and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| SOURCES.contains(&ending))
}
