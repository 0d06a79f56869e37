//! Trees a patch is judged on: a folder on disk, a commit, files in memory, and results laid over any of them.

mod commit;
mod disk;
mod memory;
mod overlay;

use std::io;

use super::{FileImage, FileMode, RepoPath};

pub use commit::{Committed, UnreadableObject};
pub use disk::Disk;
pub use memory::Memory;
pub use overlay::Overlay;

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Nothing.
    Absent,
    /// A regular file, or a symbolic link with its target as content.
    File(FileImage),
    /// A folder.
    Folder,
    /// A submodule, a device, a socket.
    Other,
    /// The path leads through this symbolic link.
    BeyondSymlink(RepoPath),
}

/// Reads one tree. Only the paths asked for are looked at.
pub trait TreeView {
    /// What is at `path`; no symbolic link is followed.
    ///
    /// # Errors
    /// When it is there but cannot be read.
    fn entry(&self, path: &RepoPath) -> io::Result<Entry>;

    /// Whether a folder is at `path`; no content is read.
    ///
    /// # Errors
    /// When what is there cannot be told.
    fn is_folder(&self, path: &RepoPath) -> io::Result<bool>;

    /// The names of what is in a folder, in no order; none where there is no such folder. The root is `""`.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    fn names(&self, folder: &str) -> io::Result<Vec<String>>;

    /// A path of the tree that is the same as `path` where letter case is ignored, but not otherwise.
    ///
    /// Looks at the folders that lead to `path`, so it is for the few paths a patch makes.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    fn case_twin(&self, path: &RepoPath) -> io::Result<Option<RepoPath>> {
        case_twin(path, |folder| self.names(folder))
    }
}

/// The file at `path`, if there is one.
///
/// # Errors
/// When it cannot be read.
pub fn image(view: &dyn TreeView, path: &RepoPath) -> io::Result<Option<FileImage>> {
    Ok(match view.entry(path)? {
        Entry::File(image) => Some(image),
        _ => None,
    })
}

/// The bytes of the regular file at `path`, as a probe names it; `None` where the tree has no such file.
///
/// # Errors
/// When it is there but cannot be read.
pub fn text(view: &dyn TreeView, path: &str) -> io::Result<Option<Vec<u8>>> {
    let Some(path) = RepoPath::new(path) else {
        return Ok(None);
    };
    let found = image(view, &path)?.filter(|image| image.mode != FileMode::Symlink);
    Ok(found.map(|image| image.data))
}

/// How a tree's paths are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PathRules {
    /// Paths that differ by the case of their letters are one file (`core.ignorecase`).
    pub ignore_case: bool,
}

fn children<'p>(files: impl Iterator<Item = &'p RepoPath>, folder: &str) -> Vec<String> {
    // A folder is asked for by the name a probe has for it, which is text; what is no text there is no probe's.
    let below = |path: &'p RepoPath| match folder {
        "" => path.as_str(),
        _ => path.as_str()?.strip_prefix(folder)?.strip_prefix('/'),
    };
    files
        .filter_map(below)
        .filter_map(|rest| rest.split('/').next())
        .map(str::to_owned)
        .collect()
}

fn case_twin(
    path: &RepoPath,
    list: impl Fn(&str) -> io::Result<Vec<String>>,
) -> io::Result<Option<RepoPath>> {
    // File systems that fold case have names that are text.
    let Some(path) = path.as_str() else {
        return Ok(None);
    };
    let mut folder = String::new();
    for component in path.split('/') {
        let names = list(&folder)?;
        if !folder.is_empty() {
            folder.push('/');
        }
        if names.iter().any(|name| name == component) {
            folder.push_str(component);
            continue;
        }
        let folded = component.to_lowercase();
        let twin = names.iter().find(|name| name.to_lowercase() == folded);
        return Ok(twin.and_then(|name| RepoPath::new(format!("{folder}{name}"))));
    }
    Ok(None)
}
