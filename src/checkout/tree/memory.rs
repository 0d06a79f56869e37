//! Files in memory.

use std::collections::BTreeMap;
use std::io;

use super::{Entry, TreeView, children};
use crate::checkout::{FileImage, FileMode, RepoPath};

/// Files in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<RepoPath, FileImage>,
}

impl Memory {
    /// A tree of these files.
    pub fn new(files: impl IntoIterator<Item = (RepoPath, FileImage)>) -> Memory {
        Memory {
            files: files.into_iter().collect(),
        }
    }
}

impl TreeView for Memory {
    fn entry(&self, path: &RepoPath) -> io::Result<Entry> {
        if let Some(image) = self.files.get(path) {
            return Ok(Entry::File(image.clone()));
        }
        let linked = self
            .files
            .iter()
            .find(|(link, image)| image.mode == FileMode::Symlink && path.is_below(link));
        Ok(match linked {
            Some((link, _)) => Entry::BeyondSymlink(link.clone()),
            None if self.files.keys().any(|file| file.is_below(path)) => Entry::Folder,
            None => Entry::Absent,
        })
    }

    fn is_folder(&self, path: &RepoPath) -> io::Result<bool> {
        Ok(self.entry(path)? == Entry::Folder)
    }

    fn names(&self, folder: &str) -> io::Result<Vec<String>> {
        Ok(children(self.files.keys(), folder))
    }
}
