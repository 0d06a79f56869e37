//! The files below a folder, as they are on disk.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::{Entry, TreeView};
use crate::checkout::{FileImage, FileMode, RepoPath};

/// The files below a folder, as they are on disk.
#[derive(Debug, Clone)]
pub struct Disk {
    root: PathBuf,
}

impl Disk {
    /// The tree rooted at `root`.
    pub fn new(root: impl Into<PathBuf>) -> Disk {
        Disk { root: root.into() }
    }

    fn link_on_the_way(&self, path: &RepoPath) -> io::Result<Option<RepoPath>> {
        for parent in path.parents() {
            match metadata(&self.root.join(parent.as_path()))? {
                Some(found) if found.is_symlink() => return Ok(Some(parent)),
                Some(found) if found.is_dir() => {}
                _ => return Ok(None),
            }
        }
        Ok(None)
    }
}

impl TreeView for Disk {
    fn entry(&self, path: &RepoPath) -> io::Result<Entry> {
        if let Some(link) = self.link_on_the_way(path)? {
            return Ok(Entry::BeyondSymlink(link));
        }
        let place = self.root.join(path.as_path());
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

    fn is_folder(&self, path: &RepoPath) -> io::Result<bool> {
        let found = metadata(&self.root.join(path.as_path()))?;
        Ok(found.is_some_and(|found| found.is_dir()) && self.link_on_the_way(path)?.is_none())
    }

    fn names(&self, folder: &str) -> io::Result<Vec<String>> {
        let listing = match fs::read_dir(self.root.join(folder)) {
            Ok(listing) => listing,
            Err(error) if is_absence(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        listing
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
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
        let view = Disk::new(root.path());
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
}
