//! File contents as git sees them.

use git2::{ObjectType, Oid};

use super::RepoPath;

/// The file modes git records for blobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileMode {
    /// `100644`.
    Regular,
    /// `100755`.
    Executable,
    /// `120000`; the content is the link's target.
    Symlink,
}

impl FileMode {
    /// The mode as git's trees and index hold it.
    pub fn bits(self) -> u32 {
        match self {
            FileMode::Regular => 0o100_644,
            FileMode::Executable => 0o100_755,
            FileMode::Symlink => 0o120_000,
        }
    }
}

/// A file's mode and content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileImage {
    /// Mode.
    pub mode: FileMode,
    /// Content, byte for byte as in the work tree.
    pub data: Vec<u8>,
}

impl FileImage {
    /// The blob id git gives this content, with no filter applied.
    ///
    /// # Errors
    /// When libgit2 cannot hash, which it reports for out-of-memory only.
    pub fn oid(&self) -> Result<Oid, git2::Error> {
        Oid::hash_object(ObjectType::Blob, &self.data)
    }
}

/// What a plan does to one file; `None` is a file that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The file.
    pub path: RepoPath,
    /// What must be there now.
    pub before: Option<FileImage>,
    /// What will be there.
    pub after: Option<FileImage>,
}

impl FileChange {
    /// The change that takes this one back.
    pub fn reversed(self) -> FileChange {
        FileChange {
            path: self.path,
            before: self.after,
            after: self.before,
        }
    }
}
