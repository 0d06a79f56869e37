//! The results of patches laid over a tree.

use std::collections::BTreeMap;
use std::io;

use super::{Entry, TreeView, children};
use crate::checkout::{FileChange, FileImage, FileMode, RepoPath};

/// The results of patches laid over a tree.
#[derive(Clone)]
pub struct Overlay<'base> {
    base: &'base dyn TreeView,
    changed: BTreeMap<RepoPath, Option<FileImage>>,
}

impl<'base> Overlay<'base> {
    /// `base` with nothing changed yet.
    pub fn new(base: &'base dyn TreeView) -> Overlay<'base> {
        Overlay {
            base,
            changed: BTreeMap::new(),
        }
    }

    /// Lays one patch's results over the tree.
    pub fn apply(&mut self, changes: &[FileChange]) {
        for change in changes {
            self.set(change.path.clone(), change.after.clone());
        }
    }

    /// Puts one file there, or takes it away.
    pub fn set(&mut self, path: RepoPath, image: Option<FileImage>) {
        self.changed.insert(path, image);
    }
}

impl TreeView for Overlay<'_> {
    fn is_folder(&self, path: &RepoPath) -> io::Result<bool> {
        let is_touched =
            |file: &RepoPath| file == path || file.is_below(path) || path.is_below(file);
        match self.changed.keys().any(is_touched) {
            true => Ok(self.entry(path)? == Entry::Folder),
            false => self.base.is_folder(path),
        }
    }

    fn entry(&self, path: &RepoPath) -> io::Result<Entry> {
        if let Some(Some(image)) = self.changed.get(path) {
            return Ok(Entry::File(image.clone()));
        }
        for parent in path.parents() {
            match self.changed.get(&parent) {
                Some(Some(image)) if image.mode == FileMode::Symlink => {
                    return Ok(Entry::BeyondSymlink(parent));
                }
                // What the base has below a removed link is not in this tree.
                Some(_) => return Ok(Entry::Absent),
                None => {}
            }
        }
        let here =
            |(file, image): (&RepoPath, &Option<FileImage>)| image.is_some() && file.is_below(path);
        if self.changed.iter().any(here) {
            return Ok(Entry::Folder);
        }
        match self.changed.get(path) {
            Some(None) => Ok(Entry::Absent),
            _ => self.base.entry(path),
        }
    }

    fn names(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut names = self.base.names(folder)?;
        let place = |name: &String| match folder {
            "" => RepoPath::new(name),
            _ => RepoPath::new(format!("{folder}/{name}")),
        };
        let removed =
            |name: &String| place(name).is_some_and(|path| self.changed.get(&path) == Some(&None));
        names.retain(|name| !removed(name));
        let present = self.changed.iter().filter(|(_, image)| image.is_some());
        for name in children(present.map(|(path, _)| path), folder) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::checkout::FileMode;
    use crate::checkout::tree::Memory;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    fn file(text: &str) -> FileImage {
        FileImage {
            mode: FileMode::Regular,
            data: text.into(),
        }
    }

    #[test]
    fn an_overlay_hides_what_it_replaces() {
        let base = Memory::new([(path("a"), file("1")), (path("d/f"), file("2"))]);
        let mut tree = Overlay::new(&base);
        tree.set(path("a"), None);
        tree.set(path("d/g"), Some(file("3")));
        assert_eq!(tree.entry(&path("a")).unwrap(), Entry::Absent);
        assert_eq!(tree.entry(&path("d/f")).unwrap(), Entry::File(file("2")));
        assert_eq!(tree.entry(&path("d/g")).unwrap(), Entry::File(file("3")));
        assert_eq!(tree.entry(&path("d")).unwrap(), Entry::Folder);
        assert_eq!(tree.case_twin(&path("A")).unwrap(), None, "it was removed");
        assert_eq!(tree.case_twin(&path("d/G")).unwrap(), Some(path("d/g")));
    }
}
