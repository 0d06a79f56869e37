//! Paths as the user sees them, links kept.

use std::path::{Component, Path, PathBuf};

/// The path from the root of the file system as the user named it: links stay, `.` goes, and `..` leads where the
/// system says it does.
///
/// A path that ends in `..` or `.`, or begins with links that do not lead anywhere, is taken by its words.
pub fn absolute(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let mut plain = PathBuf::new();
    for component in here.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                // What is above a link is above its target.
                plain = plain.canonicalize().unwrap_or(plain);
                plain.pop();
            }
            component => plain.push(component),
        }
    }
    plain
}

/// The root of the git repository that holds a folder: itself or the nearest one above with `.git`.
pub fn repository(folder: &Path) -> Option<&Path> {
    folder
        .ancestors()
        .find(|folder| folder.join(".git").symlink_metadata().is_ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn links_are_kept_and_what_is_above_them_is_above_their_target() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::create_dir(root.join("c")).unwrap();
        std::os::unix::fs::symlink(root.join("a/b"), root.join("c/link")).unwrap();
        let of = |path: &str| absolute(&root.join(path));
        assert_eq!(of("c/./link/"), root.join("c/link"));
        assert_eq!(of("c/link/.."), root.join("a"));
        assert_eq!(of("c/link/../x"), root.join("a/x"));
        assert_eq!(of("none/../c"), root.join("c"));
    }

    #[test]
    fn the_nearest_repository_counts() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("a/b/c");
        fs::create_dir_all(&inner).unwrap();
        fs::create_dir(root.path().join(".git")).unwrap();
        assert_eq!(repository(&inner), Some(root.path()));
        fs::write(root.path().join("a/.git"), "gitdir: elsewhere").unwrap();
        assert_eq!(repository(&inner), Some(root.path().join("a").as_path()));
    }
}
