//! Opens an engine checkout: a repository of any kind, or a plain folder of files.

use std::io;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, Oid, Repository};

use crate::checkout::blobs::Blobs;
use crate::checkout::eol::CheckedOut;
use crate::checkout::site::Site;
use crate::checkout::tree::{Committed, Folder, PathRules, TreeView};

/// A checkout: a clone (full or shallow, attached or not), a worktree, a submodule, a bare repository, or a plain export.
pub struct Checkout {
    root: PathBuf,
    repository: Option<Repository>,
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
}

impl Checkout {
    /// Opens the checkout whose root is `path`. A folder inside a repository, but not its root, is a plain folder.
    ///
    /// # Errors
    /// When the path is no folder, or is a repository that cannot be opened.
    pub fn open(path: &Path) -> Result<Checkout, OpenError> {
        let listed = std::fs::read_dir(path);
        listed.map_err(|source| OpenError::NotAFolder {
            path: path.to_owned(),
            source,
        })?;
        let repository = match Repository::open(path) {
            Ok(repository) => Some(repository),
            Err(error) if error.code() == ErrorCode::NotFound => None,
            Err(source) => {
                return Err(OpenError::Repository {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let workdir = repository.as_ref().and_then(Repository::workdir);
        Ok(Checkout {
            root: workdir.unwrap_or(path).to_owned(),
            repository,
        })
    }

    /// The folder the files are in; the repository itself where it is bare.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The repository; `None` for a plain export.
    pub fn repository(&self) -> Option<&Repository> {
        self.repository.as_ref()
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
        Ok(tree.map(|tree| Committed::new(repository, tree)))
    }

    /// The files of the checkout of `repository`, which is this one's.
    ///
    /// # Errors
    /// When libgit2 cannot read the commit checked out or the configuration.
    pub fn files<'r>(&self, repository: &'r Repository) -> Result<CheckedOut<'r>, git2::Error> {
        let committed = self.committed(repository)?;
        CheckedOut::new(Folder::new(&self.root), repository, committed)
    }

    /// The trees a plan looks at.
    ///
    /// # Errors
    /// When libgit2 cannot read the commit checked out.
    pub fn trees(&self) -> Result<Trees<'_>, git2::Error> {
        let Some(repository) = &self.repository else {
            return Ok(Trees {
                repository: None,
                current: Box::new(Folder::new(&self.root)),
                committed: None,
                rules: PathRules::default(),
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
        })
    }
}

/// What a plan looks at; [`site`](Trees::site) hands it over.
pub struct Trees<'c> {
    repository: Option<&'c Repository>,
    current: Box<dyn TreeView + 'c>,
    committed: Option<Committed<'c>>,
    rules: PathRules,
}

impl Trees<'_> {
    /// The trees, as a plan takes them.
    pub fn site(&self) -> Site<'_> {
        Site {
            view: self.current.as_ref(),
            committed: self.committed.as_ref().map(|tree| tree as &dyn TreeView),
            blobs: self.repository.map(|repository| repository as &dyn Blobs),
            rules: self.rules,
        }
    }
}
