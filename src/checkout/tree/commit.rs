//! The files of one commit or tree.

use std::io;
use std::path::Path;

use git2::{ErrorClass, ErrorCode, ObjectType, Oid, Repository, Tree, TreeEntry};

use super::{Entry, TreeView};
use crate::checkout::{FileImage, FileMode, RepoPath};

/// The files of one commit or tree.
#[derive(Clone)]
pub struct Committed<'repo> {
    repository: &'repo Repository,
    tree: Tree<'repo>,
}

/// What a commit lists and its repository does not have, as one cloned without file contents, or has damaged.
#[derive(Debug, thiserror::Error)]
#[error("the committed {path}{} {}", self.object(), self.fault())]
pub struct UnreadableObject {
    /// The path in the commit.
    pub path: String,
    /// The object, where it is known.
    pub id: Option<Oid>,
    /// libgit2's word on an object that is there; `None` for one that is not.
    pub damage: Option<String>,
}

impl UnreadableObject {
    /// The object that an error is about, if it is about one.
    pub fn of(error: &io::Error) -> Option<&UnreadableObject> {
        error.get_ref()?.downcast_ref()
    }

    fn error(path: &Path, id: Option<Oid>, error: &git2::Error) -> io::Error {
        let is_missing = error.code() == ErrorCode::NotFound;
        io::Error::other(UnreadableObject {
            path: path.display().to_string(),
            id,
            damage: (!is_missing).then(|| error.message().to_owned()),
        })
    }

    fn fault(&self) -> String {
        match &self.damage {
            None => "is not among the objects of this repository".to_owned(),
            Some(word) => format!("is damaged: {word}"),
        }
    }

    fn object(&self) -> String {
        self.id.map_or_else(String::new, |id| format!(" ({id})"))
    }
}

impl<'repo> Committed<'repo> {
    /// The files of `tree`.
    pub fn new(repository: &'repo Repository, tree: Tree<'repo>) -> Committed<'repo> {
        Committed { repository, tree }
    }

    /// What the tree has at a path.
    ///
    /// # Errors
    /// When a folder on the way is listed, and cannot be read.
    pub fn found(&self, path: impl AsRef<Path>) -> io::Result<Option<TreeEntry<'static>>> {
        let path = path.as_ref();
        match self.tree.get_path(path) {
            Ok(entry) => Ok(Some(entry)),
            // Of the class of the object database where a folder on the way is listed and missing.
            Err(error)
                if error.code() == ErrorCode::NotFound && error.class() != ErrorClass::Odb =>
            {
                Ok(None)
            }
            Err(error) => Err(UnreadableObject::error(path, None, &error)),
        }
    }

    fn link_on_the_way(&self, path: &RepoPath) -> io::Result<Option<RepoPath>> {
        for parent in path.parents() {
            match self.found(parent.as_path())? {
                Some(entry) if entry.filemode() == SYMLINK => return Ok(Some(parent)),
                Some(_) => {}
                None => return Ok(None),
            }
        }
        Ok(None)
    }
}

/// The modes of a tree entry, from git's tree format.
const SYMLINK: i32 = 0o120_000;
const EXECUTABLE: i32 = 0o100_755;

impl TreeView for Committed<'_> {
    fn entry(&self, path: &RepoPath) -> io::Result<Entry> {
        let Some(entry) = self.found(path.as_path())? else {
            return Ok(match self.link_on_the_way(path)? {
                Some(link) => Entry::BeyondSymlink(link),
                None => Entry::Absent,
            });
        };
        let mode = match (entry.kind(), entry.filemode()) {
            (Some(ObjectType::Tree), _) => return Ok(Entry::Folder),
            (Some(ObjectType::Blob), SYMLINK) => FileMode::Symlink,
            (Some(ObjectType::Blob), EXECUTABLE) => FileMode::Executable,
            (Some(ObjectType::Blob), _) => FileMode::Regular,
            _ => return Ok(Entry::Other),
        };
        let blob = self
            .repository
            .find_blob(entry.id())
            .map_err(|error| UnreadableObject::error(path.as_path(), Some(entry.id()), &error))?;
        let data = blob.content().to_vec();
        Ok(Entry::File(FileImage { mode, data }))
    }

    fn is_folder(&self, path: &RepoPath) -> io::Result<bool> {
        let found = self.found(path.as_path())?;
        Ok(found.is_some_and(|entry| entry.kind() == Some(ObjectType::Tree)))
    }

    fn names(&self, folder: &str) -> io::Result<Vec<String>> {
        let tree = if folder.is_empty() {
            self.tree.clone()
        } else {
            let tree = match self.found(folder)? {
                Some(entry) if entry.kind() == Some(ObjectType::Tree) => entry
                    .to_object(self.repository)
                    .and_then(|object| object.peel_to_tree()),
                _ => return Ok(Vec::new()),
            };
            tree.map_err(|error| UnreadableObject::error(Path::new(folder), None, &error))?
        };
        let name = |entry: TreeEntry<'_>| String::from_utf8_lossy(entry.name_bytes()).into();
        Ok(tree.iter().map(name).collect())
    }
}
