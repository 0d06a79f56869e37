//! Where the paths of a stranger's folder lead: nothing outside of it is read.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::FileError;

/// A symbolic link between a bundle's folder and the files of its asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symlink {
    /// The link.
    pub path: PathBuf,
    /// What it says.
    pub target: PathBuf,
    /// Where that is.
    pub leads: Leads,
}

/// Where a path leads once its symbolic links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// Inside the folder; such a link is followed.
    Inside,
    /// Into the blobs of the hub cache that the folder is a snapshot of; such a link is followed, and is how the hub's
    /// tools store every file.
    HubCache,
    /// Outside; not followed.
    Outside,
    /// To nothing.
    Nowhere,
    /// In a circle.
    Cycle,
    /// Unknown: the system refuses to say.
    Refused,
}

/// The folder that nothing may be read outside of.
#[derive(Debug)]
pub struct Root {
    canonical: Option<PathBuf>,
    /// `blobs` of the hub cache the folder is a snapshot of.
    blobs: Option<PathBuf>,
}

impl Root {
    /// The folder itself, wherever its own links lead.
    pub fn new(folder: &Path) -> Root {
        let canonical = fs::canonicalize(folder).ok();
        Root {
            blobs: canonical.as_deref().and_then(hub_blobs),
            canonical,
        }
    }

    /// The folder without symbolic links, if it can be looked at.
    pub fn real(&self) -> Option<&Path> {
        self.canonical.as_deref()
    }

    /// Where a path leads.
    pub fn leads(&self, path: &Path) -> Leads {
        let below = |root: &Option<PathBuf>, real: &Path| {
            root.as_ref().is_some_and(|root| real.starts_with(root))
        };
        match fs::canonicalize(path) {
            Ok(real) if below(&self.canonical, &real) => Leads::Inside,
            Ok(real) if below(&self.blobs, &real) => Leads::HubCache,
            Ok(_) => Leads::Outside,
            Err(error) => match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => Leads::Nowhere,
                _ if is_cycle(&error) => Leads::Cycle,
                _ => Leads::Refused,
            },
        }
    }

    /// Allows a path that does not exist, or whose links stay within the root.
    ///
    /// # Errors
    /// The path exists, and following its links leaves the root or ends nowhere.
    pub fn check(&self, path: &Path) -> Result<(), FileError> {
        let Ok(what) = fs::symlink_metadata(path) else {
            return Ok(());
        };
        let leads = self.leads(path);
        if matches!(leads, Leads::Inside | Leads::HubCache)
            || (leads == Leads::Refused && !what.is_symlink())
        {
            return Ok(());
        }
        let target = fs::read_link(path).map_or_else(
            |_| String::new(),
            |target| format!(" to {}", super::shown(&target)),
        );
        let (fault, help) = match leads {
            Leads::Outside => (
                "leads out of the bundle, and is not followed",
                "put a copy of the target in its place (`cp -RL` copies what links lead to)",
            ),
            Leads::Cycle => (
                "leads in a circle",
                "replace the link by the file or folder itself",
            ),
            _ => (
                "leads to nothing",
                "restore the target, or replace the link by the file or folder itself",
            ),
        };
        Err(FileError::link(
            format!("is a symbolic link{target} that {fault}"),
            help,
        ))
    }

    /// The link at a path, if it is one that a reader of the folder should know of.
    ///
    /// The links into the blobs of a hub cache are how every file there is stored, and no more worth a word than an
    /// inode.
    pub fn symlink(&self, path: &Path) -> Option<Symlink> {
        let target = fs::read_link(path).ok()?;
        let leads = self.leads(path);
        (leads != Leads::HubCache).then(|| Symlink {
            path: path.to_owned(),
            target,
            leads,
        })
    }
}

/// The `blobs` folder of the hub's local cache in which `real`, a path without links, is a snapshot or below one.
///
/// The cache keeps `blobs/` and `snapshots/REVISION/` side by side, both as folders of their own; a `blobs` that is
/// itself a link could lead anywhere and is none.
fn hub_blobs(real: &Path) -> Option<PathBuf> {
    let revision = real
        .ancestors()
        .find(|folder| folder.parent().is_some_and(|up| up.ends_with("snapshots")))?;
    let blobs = revision.parent()?.parent()?.join("blobs");
    let is_folder = fs::symlink_metadata(&blobs).is_ok_and(|what| what.is_dir());
    is_folder.then_some(blobs)
}

/// True for the system's "too many levels of symbolic links", which has no stable [`ErrorKind`] yet.
pub fn is_cycle(error: &io::Error) -> bool {
    const ELOOP: i32 = if cfg!(target_os = "linux") { 40 } else { 62 };
    error.raw_os_error() == Some(ELOOP)
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A hub cache of one file, and its snapshot's folder.
    fn cache(blobs: impl FnOnce(&Path)) -> (tempfile::TempDir, PathBuf) {
        let cache = tempfile::tempdir().unwrap();
        let snapshot = cache.path().join("models--a--b/snapshots/0123");
        fs::create_dir_all(&snapshot).unwrap();
        blobs(&cache.path().join("models--a--b/blobs"));
        symlink("../../blobs/f00d", snapshot.join("config.json")).unwrap();
        (cache, snapshot)
    }

    #[test]
    fn links_into_the_blobs_of_a_hub_cache_are_followed() {
        let (_cache, snapshot) = cache(|blobs| {
            fs::create_dir(blobs).unwrap();
            fs::write(blobs.join("f00d"), "{}").unwrap();
        });
        let link = snapshot.join("config.json");
        let root = Root::new(&snapshot);
        assert_eq!(root.leads(&link), Leads::HubCache);
        assert!(root.check(&link).is_ok());
        assert_eq!(root.symlink(&link), None);
        fs::create_dir(snapshot.join("deeper")).unwrap();
        symlink("../../../blobs/f00d", snapshot.join("deeper/config.json")).unwrap();
        let deeper = Root::new(&snapshot.join("deeper"));
        assert!(deeper.check(&snapshot.join("deeper/config.json")).is_ok());
    }

    #[test]
    fn blobs_that_are_a_link_are_outside() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("f00d"), "secret").unwrap();
        let (_cache, snapshot) = cache(|blobs| symlink(outside.path(), blobs).unwrap());
        let root = Root::new(&snapshot);
        assert_eq!(root.leads(&snapshot.join("config.json")), Leads::Outside);
        assert!(root.check(&snapshot.join("config.json")).is_err());
    }
}
