//! Trees a patch is judged on: a folder on disk, a commit, files in memory, and results laid over any of them.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, ObjectType, Repository, Tree, TreeEntry};

use super::{FileChange, FileImage, FileMode, RepoPath};
use crate::engine::capability::FileView;

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

    /// A path of the tree that is the same as `path` where letter case is ignored, but not otherwise.
    ///
    /// Looks at the folders that lead to `path`, so it is for the few paths a patch makes.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    fn case_twin(&self, path: &RepoPath) -> io::Result<Option<RepoPath>>;
}

/// The text of a tree's files, for probes.
pub struct Text<'a>(pub &'a dyn TreeView);

impl FileView for Text<'_> {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let Some(path) = RepoPath::new(path) else {
            return Ok(None);
        };
        Ok(match self.0.entry(&path)? {
            Entry::File(image) if image.mode != FileMode::Symlink => Some(image.data),
            _ => None,
        })
    }
}

/// The files below a folder, as they are on disk.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The tree rooted at `root`.
    pub fn new(root: impl Into<PathBuf>) -> Folder {
        Folder { root: root.into() }
    }

    fn link_on_the_way(&self, path: &RepoPath) -> io::Result<Option<RepoPath>> {
        for (end, _) in path.as_str().match_indices('/') {
            let parent = &path.as_str()[..end];
            match metadata(&self.root.join(parent))? {
                Some(found) if found.is_symlink() => return Ok(RepoPath::new(parent)),
                Some(found) if found.is_dir() => {}
                _ => return Ok(None),
            }
        }
        Ok(None)
    }
}

impl TreeView for Folder {
    fn entry(&self, path: &RepoPath) -> io::Result<Entry> {
        if let Some(link) = self.link_on_the_way(path)? {
            return Ok(Entry::BeyondSymlink(link));
        }
        let place = self.root.join(path.as_str());
        let Some(found) = metadata(&place)? else {
            return Ok(Entry::Absent);
        };
        if found.is_dir() {
            return Ok(Entry::Folder);
        }
        let (mode, data) = if found.is_symlink() {
            (FileMode::Symlink, link_target(&place)?)
        } else if found.is_file() {
            (file_mode(&found), fs::read(&place)?)
        } else {
            return Ok(Entry::Other);
        };
        Ok(Entry::File(FileImage { mode, data }))
    }

    fn case_twin(&self, path: &RepoPath) -> io::Result<Option<RepoPath>> {
        case_twin(path, |folder| {
            let listing = match fs::read_dir(self.root.join(folder)) {
                Ok(listing) => listing,
                Err(error) if is_absence(&error) => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            listing
                .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                .collect()
        })
    }
}

fn metadata(place: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(place) {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

#[cfg(unix)]
fn file_mode(found: &Metadata) -> FileMode {
    use std::os::unix::fs::PermissionsExt;
    // git looks at the owner's bit alone.
    match found.permissions().mode() & 0o100 {
        0 => FileMode::Regular,
        _ => FileMode::Executable,
    }
}

#[cfg(not(unix))]
fn file_mode(_: &Metadata) -> FileMode {
    FileMode::Regular
}

#[cfg(unix)]
fn link_target(place: &Path) -> io::Result<Vec<u8>> {
    use std::os::unix::ffi::OsStringExt;
    Ok(fs::read_link(place)?.into_os_string().into_vec())
}

#[cfg(not(unix))]
fn link_target(place: &Path) -> io::Result<Vec<u8>> {
    let target = fs::read_link(place)?;
    Ok(target.to_string_lossy().replace('\\', "/").into_bytes())
}

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

    fn case_twin(&self, path: &RepoPath) -> io::Result<Option<RepoPath>> {
        case_twin(path, |folder| {
            let tree = if folder.is_empty() {
                self.tree.clone()
            } else {
                match self.found(folder)? {
                    Some(entry) => entry
                        .to_object(self.repository)
                        .and_then(|object| object.peel_to_tree())
                        .map_err(io::Error::other)?,
                    None => return Ok(Vec::new()),
                }
            };
            let name = |entry: TreeEntry<'_>| String::from_utf8_lossy(entry.name_bytes()).into();
            Ok(tree.iter().map(name).collect())
        })
    }
}

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
            .find(|(link, image)| image.mode == FileMode::Symlink && is_below(path, link));
        Ok(match linked {
            Some((link, _)) => Entry::BeyondSymlink(link.clone()),
            None if self.files.keys().any(|file| is_below(file, path)) => Entry::Folder,
            None => Entry::Absent,
        })
    }

    fn case_twin(&self, path: &RepoPath) -> io::Result<Option<RepoPath>> {
        case_twin(path, |folder| Ok(children(self.files.keys(), folder)))
    }
}

fn is_below(path: &RepoPath, folder: &RepoPath) -> bool {
    path.as_str()
        .strip_prefix(folder.as_str())
        .is_some_and(|rest| rest.starts_with('/'))
}

fn children<'p>(files: impl Iterator<Item = &'p RepoPath>, folder: &str) -> Vec<String> {
    let below = |path: &'p RepoPath| match folder {
        "" => Some(path.as_str()),
        _ => path.as_str().strip_prefix(folder)?.strip_prefix('/'),
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
    let mut folder = String::new();
    for component in path.as_str().split('/') {
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
        return Ok(twin.and_then(|name| RepoPath::new(&format!("{folder}{name}"))));
    }
    Ok(None)
}

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

    fn parents<'p>(path: &'p RepoPath) -> impl Iterator<Item = RepoPath> + 'p {
        path.as_str()
            .match_indices('/')
            .filter_map(|(end, _)| RepoPath::new(&path.as_str()[..end]))
    }
}

impl TreeView for Overlay<'_> {
    fn entry(&self, path: &RepoPath) -> io::Result<Entry> {
        if let Some(Some(image)) = self.changed.get(path) {
            return Ok(Entry::File(image.clone()));
        }
        for parent in Overlay::parents(path) {
            match self.changed.get(&parent) {
                Some(Some(image)) if image.mode == FileMode::Symlink => {
                    return Ok(Entry::BeyondSymlink(parent));
                }
                // What the base has below a removed link is not in this tree.
                Some(_) => return Ok(Entry::Absent),
                None => {}
            }
        }
        let here = |(file, image): (&RepoPath, &Option<FileImage>)| {
            image.is_some() && is_below(file, path)
        };
        if self.changed.iter().any(here) {
            return Ok(Entry::Folder);
        }
        match self.changed.get(path) {
            Some(None) => Ok(Entry::Absent),
            _ => self.base.entry(path),
        }
    }

    fn case_twin(&self, path: &RepoPath) -> io::Result<Option<RepoPath>> {
        if let Some(twin) = self.base.case_twin(path)?
            && !matches!(self.changed.get(&twin), Some(None))
        {
            return Ok(Some(twin));
        }
        let present = || {
            let there = |(path, image): (&'_ RepoPath, &Option<FileImage>)| {
                image.is_some().then(|| path.clone())
            };
            self.changed.iter().filter_map(there).collect::<Vec<_>>()
        };
        let present = present();
        case_twin(path, |folder| Ok(children(present.iter(), folder)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    fn file(text: &str) -> FileImage {
        FileImage {
            mode: FileMode::Regular,
            data: text.into(),
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_is_read_without_following_links() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "s").unwrap();
        fs::create_dir(root.path().join("d")).unwrap();
        fs::write(root.path().join("d/f"), "x").unwrap();
        symlink(outside.path(), root.path().join("link")).unwrap();
        let view = Folder::new(root.path());
        assert_eq!(view.entry(&path("d/f")).unwrap(), Entry::File(file("x")));
        assert_eq!(view.entry(&path("d")).unwrap(), Entry::Folder);
        assert_eq!(view.entry(&path("d/f/g")).unwrap(), Entry::Absent);
        assert_eq!(
            view.entry(&path("link/secret")).unwrap(),
            Entry::BeyondSymlink(path("link"))
        );
        let Entry::File(link) = view.entry(&path("link")).unwrap() else {
            panic!("not a link");
        };
        assert_eq!(link.mode, FileMode::Symlink);
        assert_eq!(view.case_twin(&path("D/f")).unwrap(), Some(path("d")));
        assert_eq!(view.case_twin(&path("d/f")).unwrap(), None);
        assert_eq!(view.case_twin(&path("d/F")).unwrap(), Some(path("d/f")));
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
