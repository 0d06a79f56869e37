//! Whole small files of a stranger's folder, and why they cannot be read.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::FileReadError;

/// What every Git LFS pointer begins with (the pointer format, version 1).
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";
/// Largest pointer, bytes, by the same format.
const LFS_POINTER_BYTES: u64 = 1024;

/// What kept a file from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFault {
    /// It is absent, no regular file, or the system refuses it.
    Unreadable,
    /// It is larger, deeper or fuller than this tool reads; nothing is wrong with it as such.
    Limit,
    /// A Git LFS pointer lies in its place.
    LfsPointer,
    /// A symbolic link that is not to be followed.
    Link,
    /// What it says is not what it should be.
    Content,
}

/// Why a file could not be read; the caller knows its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// Which kind of reason.
    pub fault: FileFault,
    /// What is wrong, as the rest of a sentence that begins with the path.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl FileError {
    /// A link that is not followed.
    pub(super) fn link(message: String, help: &str) -> FileError {
        FileError {
            fault: FileFault::Link,
            message,
            help: Some(help.to_owned()),
        }
    }

    fn io(error: &io::Error) -> FileError {
        let (message, help) = match error.kind() {
            ErrorKind::PermissionDenied => (
                "cannot be read: permission denied".to_owned(),
                Some("give yourself read permission on it".to_owned()),
            ),
            ErrorKind::NotFound => ("does not exist".to_owned(), None),
            _ => (format!("cannot be read: {error}"), None),
        };
        FileError {
            fault: FileFault::Unreadable,
            message,
            help,
        }
    }

    /// What to say of a Git LFS pointer in the place of a file.
    pub fn lfs_pointer(path: &Path) -> FileError {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => super::shown(folder),
            _ => ".".to_owned(),
        };
        FileError {
            fault: FileFault::LfsPointer,
            message: "is a Git LFS pointer, and the file it stands for was not fetched".to_owned(),
            help: Some(format!("run `git lfs pull` in {folder}")),
        }
    }
}

/// Reads a regular file of at most `limit` bytes; its kind and size are looked at before its content.
///
/// # Errors
/// It cannot be read, is no regular file, is larger, or is a Git LFS pointer.
pub fn read_stranger(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let bytes = super::read(path, limit).map_err(|error| match error {
        FileReadError::Io(error) => FileError::io(&error),
        FileReadError::TooLarge { .. } => FileError {
            fault: FileFault::Limit,
            message: error.to_string(),
            help: Some("check that the right file is in this place".to_owned()),
        },
        FileReadError::NoFile(_) | FileReadError::NotText(_) => FileError {
            fault: FileFault::Unreadable,
            message: error.to_string(),
            help: None,
        },
    })?;
    match is_lfs_pointer(&bytes) {
        true => Err(FileError::lfs_pointer(path)),
        false => Ok(bytes),
    }
}

/// True for the text that Git LFS leaves in the place of a file until it is fetched.
pub fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.len() as u64 <= LFS_POINTER_BYTES && bytes.starts_with(LFS_POINTER)
}

/// True if a Git LFS pointer lies at the path.
pub fn holds_lfs_pointer(path: &Path) -> bool {
    matches!(
        read_stranger(path, LFS_POINTER_BYTES),
        Err(FileError {
            fault: FileFault::LfsPointer,
            ..
        })
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_of_git_lfs_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("main.hash");
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 32\n";
        std::fs::write(&path, pointer).unwrap();
        assert!(holds_lfs_pointer(&path));
        let error = read_stranger(&path, 4096).unwrap_err();
        assert_eq!(error.fault, FileFault::LfsPointer);
        assert!(error.help.unwrap().starts_with("run `git lfs pull` in /"));
        std::fs::write(&path, "version 1\n").unwrap();
        assert!(read_stranger(&path, 4096).is_ok() && !holds_lfs_pointer(&path));
    }
}
