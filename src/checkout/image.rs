//! File contents as git sees them.

use std::fmt;

use git2::{ObjectType, Oid};

/// A path relative to the checkout's root, `/`-separated, that cannot leave it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(String);

impl RepoPath {
    /// Accepts a relative path of plain components: no `.`, `..`, root, drive or NUL, and nothing a file system takes for
    /// `.git`.
    pub fn new(path: &str) -> Option<RepoPath> {
        let plain = |component: &str| {
            !component.is_empty()
                && component != "."
                && component != ".."
                && !is_dot_git(component)
                && !component.contains(['\0', '\\'])
        };
        path.split('/')
            .all(plain)
            .then(|| RepoPath(path.to_owned()))
    }

    /// The path as git writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its last component.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

/// Whether some file system stores the repository under this name: case is folded, HFS+ drops some characters, NTFS drops
/// dots and blanks at the end, has short names, and streams behind a colon.
fn is_dot_git(component: &str) -> bool {
    let is_dropped = |character: &char| {
        matches!(
            character,
            '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
        )
    };
    let kept: String = component
        .chars()
        .filter(|character| !is_dropped(character))
        .collect();
    let name = kept.split(':').next().unwrap_or_default();
    let name = name.trim_end_matches(['.', ' ']);
    name.eq_ignore_ascii_case(".git") || name.eq_ignore_ascii_case("git~1")
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leaves_the_checkout_or_enters_the_repository() {
        for path in [
            "",
            "/f",
            "a//b",
            "a/",
            ".",
            "../f",
            "a/../../f",
            "a/./b",
            ".git/config",
            "a/.GIT/hooks/x",
            ".git./config",
            ".git /config",
            "git~1/config",
            "GIT~1",
            ".git::$INDEX_ALLOCATION/config",
            ".g\u{200c}it/config",
            "a\\..\\b",
            "a\0b",
        ] {
            assert_eq!(RepoPath::new(path), None, "{path:?}");
        }
        for path in [
            "f",
            "a/b",
            ".gitignore",
            ".github/x",
            "a.git/b",
            "git/x",
            "caf\u{e9} x",
            "...",
        ] {
            assert!(RepoPath::new(path).is_some(), "{path:?}");
        }
    }
}
