//! The files a transaction changes, and where it keeps its notes.

use std::path::{Path, PathBuf};

use git2::Repository;
use sha2::{Digest, Sha256};

use crate::checkout::RepoPath;
use crate::checkout::open::Checkout;

/// The tool's folder in a git directory.
const NOTES: &str = "granite-bundle";
/// The same beside the files, where there is no git directory.
const HIDDEN_NOTES: &str = ".granite-bundle";

/// The files a transaction changes, and where it keeps its notes.
///
/// | checkout | notes |
/// | --- | --- |
/// | a work tree of its own: clone, linked work tree, submodule | `granite-bundle/` in its git directory |
/// | a folder inside another repository | `granite-bundle/folders/<digest of its path>/` in that one's git directory |
/// | an export without git | `.granite-bundle/` beside the files, which ignores itself |
#[derive(Clone)]
pub struct WorkTree<'r> {
    /// Where the files are.
    pub(super) root: PathBuf,
    /// The tool's folder.
    pub(super) notes: PathBuf,
    /// `None` for an export.
    pub(super) repository: Option<&'r Repository>,
    /// The folder of the repository the files are in, if that is not its root.
    folder: Option<RepoPath>,
}

impl<'r> WorkTree<'r> {
    /// The work tree of a checkout; `None` where it is a bare repository, which has no files.
    pub fn of(checkout: &'r Checkout) -> Option<WorkTree<'r>> {
        let root = checkout.root().to_owned();
        let Some(repository) = checkout.repository() else {
            return Some(WorkTree {
                notes: root.join(HIDDEN_NOTES),
                root,
                repository: None,
                folder: None,
            });
        };
        if repository.is_bare() {
            return None;
        }
        let notes = repository.path().join(NOTES);
        let folder = checkout.folder().cloned();
        Some(WorkTree {
            notes: match &folder {
                Some(folder) => notes.join("folders").join(digest(folder)),
                None => notes,
            },
            root,
            repository: Some(repository),
            folder,
        })
    }

    /// The repository; `None` for an export.
    pub fn repository(&self) -> Option<&'r Repository> {
        self.repository
    }

    /// The path as the repository has it.
    pub fn in_repository(&self, path: &RepoPath) -> PathBuf {
        let folder = self.folder.as_ref();
        let folder = folder.map_or(Path::new(""), |folder| folder.as_path());
        folder.join(path.as_path())
    }

    /// Whether git trusts the executable bit of these files.
    pub(super) fn trusts_modes(&self) -> bool {
        let config = self.repository.map(Repository::config);
        let set = config.and_then(|config| config.ok()?.get_bool("core.filemode").ok());
        set.unwrap_or(true)
    }

    /// Whether a path leads into the tool's own folder.
    pub fn is_own(&self, path: &RepoPath) -> bool {
        let first = path.components().next().unwrap_or_default();
        self.repository.is_none() && first.eq_ignore_ascii_case(HIDDEN_NOTES.as_bytes())
    }
}

/// The name of a folder's notes: the beginning of its path's SHA-256.
fn digest(folder: &RepoPath) -> String {
    const BYTES: usize = 10;
    hex::encode(&Sha256::digest(folder.as_bytes())[..BYTES])
}
