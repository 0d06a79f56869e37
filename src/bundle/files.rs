//! Files and links of a bundle: size limits, and nothing outside the folder.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::files::{self, ReadError};

/// Why a file could not be read; the caller knows its path.
#[derive(Debug)]
pub(super) struct FileError {
    /// What is wrong, as the rest of a sentence that begins with the path.
    pub(super) message: String,
    /// What to do about it.
    pub(super) help: Option<&'static str>,
}

/// A symbolic link between the bundle's folder and the asset's files.
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
    /// Inside the bundle (or bare asset); such a link is followed.
    Inside,
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
pub(super) struct Root {
    canonical: Option<PathBuf>,
}

impl Root {
    pub(super) fn new(folder: &Path) -> Root {
        Root {
            canonical: fs::canonicalize(folder).ok(),
        }
    }

    /// Where a path leads.
    pub(super) fn leads(&self, path: &Path) -> Leads {
        match (fs::canonicalize(path), &self.canonical) {
            (Ok(real), Some(root)) if real.starts_with(root) => Leads::Inside,
            (Ok(_), _) => Leads::Outside,
            (Err(error), _) => match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => Leads::Nowhere,
                _ if is_cycle(&error) => Leads::Cycle,
                _ => Leads::Refused,
            },
        }
    }

    /// An error if the path exists and following its links leaves the root or ends nowhere.
    pub(super) fn check(&self, path: &Path) -> Result<(), FileError> {
        let Ok(what) = fs::symlink_metadata(path) else {
            return Ok(());
        };
        let leads = self.leads(path);
        if leads == Leads::Inside || (leads == Leads::Refused && !what.is_symlink()) {
            return Ok(());
        }
        let target = fs::read_link(path).map_or_else(
            |_| String::new(),
            |target| format!(" to {}", target.display()),
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
        Err(FileError {
            message: format!("is a symbolic link{target} that {fault}"),
            help: Some(help),
        })
    }
}

/// True for the system's "too many levels of symbolic links", which has no stable [`ErrorKind`] yet.
pub(super) fn is_cycle(error: &io::Error) -> bool {
    const ELOOP: i32 = if cfg!(target_os = "linux") { 40 } else { 62 };
    error.raw_os_error() == Some(ELOOP)
}

/// The link at a path, if it is one.
pub(super) fn symlink(root: &Root, path: &Path) -> Option<Symlink> {
    let target = fs::read_link(path).ok()?;
    Some(Symlink {
        path: path.to_owned(),
        target,
        leads: root.leads(path),
    })
}

/// Reads a regular file of at most `limit` bytes.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    files::read(path, limit).map_err(|error| match error {
        ReadError::Io(error) => FileError::io(&error),
        ReadError::TooLarge { .. } => FileError {
            message: error.to_string(),
            help: Some("check that the right file is in this place"),
        },
        _ => FileError {
            message: error.to_string(),
            help: None,
        },
    })
}

impl FileError {
    fn io(error: &io::Error) -> FileError {
        let (message, help) = match error.kind() {
            ErrorKind::PermissionDenied => (
                "cannot be read: permission denied".to_owned(),
                Some("give yourself read permission on it"),
            ),
            ErrorKind::NotFound => ("does not exist".to_owned(), None),
            _ => (format!("cannot be read: {error}"), None),
        };
        FileError { message, help }
    }
}
