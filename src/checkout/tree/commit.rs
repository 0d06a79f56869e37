//! The files of one commit or tree.

use std::io;
use std::path::Path;

use git2::{ErrorCode, ObjectType, Repository, Tree, TreeEntry};

use super::{Entry, TreeView};
use crate::checkout::{FileImage, FileMode, RepoPath};

/// The files of one commit or tree.
#[derive(Clone)]
pub struct Committed<'repo> {
    repository: &'repo Repository,
    tree: Tree<'repo>,
}

impl<'repo> Committed<'repo> {
    /// The files of `tree`.
    pub fn new(repository: &'repo Repository, tree: Tree<'repo>) -> Committed<'repo> {
        Committed { repository, tree }
    }

    fn found(&self, path: &str) -> io::Result<Option<TreeEntry<'static>>> {
        match self.tree.get_path(Path::new(path)) {
            Ok(entry) => Ok(Some(entry)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    fn link_on_the_way(&self, path: &RepoPath) -> io::Result<Option<RepoPath>> {
        for (end, _) in path.as_str().match_indices('/') {
            let parent = &path.as_str()[..end];
            match self.found(parent)? {
                Some(entry) if entry.filemode() == SYMLINK => return Ok(RepoPath::new(parent)),
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
        let Some(entry) = self.found(path.as_str())? else {
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
            .map_err(io::Error::other)?;
        let data = blob.content().to_vec();
        Ok(Entry::File(FileImage { mode, data }))
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
            tree.map_err(io::Error::other)?
        };
        let name = |entry: TreeEntry<'_>| String::from_utf8_lossy(entry.name_bytes()).into();
        Ok(tree.iter().map(name).collect())
    }
}
