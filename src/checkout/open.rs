//! Opens an engine checkout: a repository of any kind, or a plain folder of files.

use std::io;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, Oid, Repository, Tree};

use crate::checkout::RepoPath;
use crate::checkout::blobs::Blobs;
use crate::checkout::eol::CheckedOut;
use crate::checkout::site::{Records, Site};
use crate::checkout::tree::{Committed, Disk, PathRules, TreeView};

/// A checkout: a clone (full or shallow, attached or not), a worktree, a submodule, a bare repository, a folder inside
/// another repository, or a plain export.
pub struct Checkout {
    root: PathBuf,
    repository: Option<Repository>,
    /// Where the root is in the repository; `None` where it is the repository's own.
    folder: Option<RepoPath>,
}

/// Why a path is no checkout.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not there, or not a folder.
    #[error("`{}` is not a folder", path.display())]
    NotAFolder {
        /// The path given.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// A repository libgit2 refuses to open.
    #[error("the repository at `{}` cannot be opened: {}", path.display(), source.message())]
    Repository {
        /// The path given.
        path: PathBuf,
        /// libgit2's word.
        source: git2::Error,
    },
    /// A repository whose index leaves whole folders out, which libgit2 does not read.
    #[error("the index of `{}` is sparse, and only a full one can be read", path.display())]
    SparseIndex {
        /// The path given.
        path: PathBuf,
    },
}

impl Checkout {
    /// Opens the checkout whose root is `path`. A folder that a repository further up has committed is judged as that
    /// repository has it; one that it does not know is a plain export.
    ///
    /// # Errors
    /// When the path is no folder, or is a repository that cannot be opened.
    pub fn open(path: &Path) -> Result<Checkout, OpenError> {
        let listed = std::fs::read_dir(path);
        listed.map_err(|source| OpenError::NotAFolder {
            path: path.to_owned(),
            source,
        })?;
        let checkout = match Repository::open(path) {
            Ok(repository) => Checkout {
                root: repository.workdir().unwrap_or(path).to_owned(),
                repository: Some(repository),
                folder: None,
            },
            Err(error) if error.code() == ErrorCode::NotFound => match surrounding(path) {
                Some((repository, folder)) => Checkout {
                    root: path.to_owned(),
                    repository: Some(repository),
                    folder: Some(folder),
                },
                None => Checkout {
                    root: path.to_owned(),
                    repository: None,
                    folder: None,
                },
            },
            Err(source) => {
                return Err(OpenError::Repository {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let index = checkout.repository.as_ref().map(Repository::index);
        match index {
            Some(Err(error)) if error.message().contains(SPARSE_INDEX) => {
                Err(OpenError::SparseIndex {
                    path: path.to_owned(),
                })
            }
            _ => Ok(checkout),
        }
    }

    /// The folder the files are in; the repository itself where it is bare.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The repository; `None` for a plain export.
    pub fn repository(&self) -> Option<&Repository> {
        self.repository.as_ref()
    }

    /// Where the root is in the repository; `None` where it is the repository's own, and for an export.
    pub fn folder(&self) -> Option<&RepoPath> {
        self.folder.as_ref()
    }

    /// The commit checked out; `None` without a repository or a first commit.
    pub fn head(&self) -> Option<Oid> {
        let head = self.repository.as_ref()?.head().ok()?;
        Some(head.peel_to_commit().ok()?.id())
    }

    fn committed<'r>(
        &self,
        repository: &'r Repository,
    ) -> Result<Option<Committed<'r>>, git2::Error> {
        let head = self.head();
        let commit = head.map(|id| repository.find_commit(id)).transpose()?;
        let tree = commit.map(|commit| commit.tree()).transpose()?;
        let tree = match (tree, &self.folder) {
            (Some(tree), Some(folder)) => below(repository, &tree, folder)?,
            (tree, _) => tree,
        };
        Ok(tree.map(|tree| Committed::new(repository, tree)))
    }

    /// The files of the checkout of `repository`, which is this one's.
    ///
    /// # Errors
    /// When libgit2 cannot read the commit checked out or the configuration.
    pub fn files<'r>(&self, repository: &'r Repository) -> Result<CheckedOut<'r>, git2::Error> {
        let committed = self.committed(repository)?;
        let files = CheckedOut::new(Disk::new(&self.root), repository, committed)?;
        Ok(files.inside(self.folder.clone()))
    }

    /// The trees a plan looks at.
    ///
    /// # Errors
    /// When libgit2 cannot read the commit checked out.
    pub fn trees(&self) -> Result<Trees<'_>, git2::Error> {
        let Some(repository) = &self.repository else {
            return Ok(Trees {
                repository: None,
                current: Box::new(Disk::new(&self.root)),
                committed: None,
                rules: PathRules::default(),
                records: None,
            });
        };
        let committed = self.committed(repository)?;
        let current: Box<dyn TreeView + '_> = match (&committed, repository.is_bare()) {
            (Some(committed), true) => Box::new(committed.clone()),
            _ => Box::new(self.files(repository)?),
        };
        let ignore_case = repository
            .config()
            .and_then(|mut config| config.snapshot()?.get_bool("core.ignorecase"));
        Ok(Trees {
            repository: Some(repository),
            current,
            committed,
            rules: PathRules {
                ignore_case: ignore_case.unwrap_or(false),
            },
            records: None,
        })
    }
}

/// The extension by which git marks an index that leaves folders out; libgit2 names it in its refusal.
const SPARSE_INDEX: &str = "sdir";

/// The repository further up that has committed this folder, and where the folder is in it.
fn surrounding(path: &Path) -> Option<(Repository, RepoPath)> {
    // A repository that cannot be opened, because it is somebody else's, is none of ours.
    let repository = Repository::discover(path).ok()?;
    let root = repository.workdir()?.canonicalize().ok()?;
    let folder = path.canonicalize().ok()?;
    let folder = RepoPath::new(
        folder
            .strip_prefix(root)
            .ok()?
            .as_os_str()
            .as_encoded_bytes(),
    )?;
    let tree = repository.head().ok()?.peel_to_tree().ok()?;
    let is_there = below(&repository, &tree, &folder).ok()?.is_some();
    drop(tree);
    is_there.then_some((repository, folder))
}

/// The tree at a folder of a tree; `None` where there is no such folder.
fn below<'r>(
    repository: &'r Repository,
    tree: &Tree<'_>,
    folder: &RepoPath,
) -> Result<Option<Tree<'r>>, git2::Error> {
    match tree.get_path(folder.as_path()) {
        Ok(entry) => match entry.to_object(repository)?.into_tree() {
            Ok(tree) => Ok(Some(tree)),
            Err(_) => Ok(None),
        },
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a plan looks at; [`site`](Trees::site) hands it over.
pub struct Trees<'c> {
    repository: Option<&'c Repository>,
    current: Box<dyn TreeView + 'c>,
    committed: Option<Committed<'c>>,
    rules: PathRules,
    records: Option<&'c dyn Records>,
}

impl<'c> Trees<'c> {
    /// The same trees with what is recorded of patches put into them.
    pub fn recalling(self, records: Option<&'c dyn Records>) -> Trees<'c> {
        Trees { records, ..self }
    }

    /// The trees, as a plan takes them.
    pub fn site(&self) -> Site<'_> {
        Site {
            view: self.current.as_ref(),
            committed: self.committed.as_ref().map(|tree| tree as &dyn TreeView),
            blobs: self.repository.map(|repository| repository as &dyn Blobs),
            rules: self.rules,
            records: self.records,
        }
    }
}
