//! Which configuration governs a bundle.

use std::path::{Path, PathBuf};

use crate::bundle::is_bundle;
use crate::files::{absolute, repository};

use crate::lint::CONFIG_FILE;

/// What was found for one bundle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    /// The configuration that governs it.
    pub file: Option<PathBuf>,
    /// One inside the bundle, which came with it and is not obeyed.
    pub own: Option<PathBuf>,
}

/// Looks in the folders above a bundle, nearest first, up to the root of its repository; where the bundle is named by a
/// link, in those above the link, and only then in those above its target.
pub fn find(bundle: &Path) -> Search {
    let named = absolute(bundle);
    let found = above(&named);
    if found.file.is_some() {
        return found;
    }
    match named.canonicalize() {
        Ok(real) if real != named => {
            let there = above(&real);
            Search {
                file: there.file,
                own: found.own.or(there.own),
            }
        }
        _ => found,
    }
}

/// Where a configuration for a bundle would be found: at the root of its repository, or else beside the bundle.
///
/// None where the bundle is all of its repository.
pub fn home(bundle: &Path) -> Option<PathBuf> {
    let named = absolute(bundle);
    let outside = outside(&named);
    let folder = match repository(&named) {
        Some(root) => outside.iter().find(|folder| **folder == root),
        None => outside.first(),
    };
    folder.map(|folder| folder.join(CONFIG_FILE))
}

fn above(target: &Path) -> Search {
    let outside = outside(target);
    let inside = target
        .ancestors()
        .take_while(|folder| outside.first() != Some(folder))
        .take_while(|folder| repository(target).is_none_or(|root| folder.starts_with(root)));
    Search {
        own: configuration(inside),
        file: configuration(outside.iter().copied()),
    }
}

fn configuration<'a>(folders: impl Iterator<Item = &'a Path>) -> Option<PathBuf> {
    folders
        .map(|folder| folder.join(CONFIG_FILE))
        .find(|file| file.symlink_metadata().is_ok())
}

/// The folders above a target, up to its repository's root, that are no part of a bundle; nearest first.
fn outside(target: &Path) -> Vec<&Path> {
    let root = repository(target);
    let folders = target
        .ancestors()
        .take_while(|folder| root.is_none_or(|root| folder.starts_with(root)))
        .collect::<Vec<_>>();
    let outermost = folders.iter().rposition(|folder| is_bundle(folder));
    folders[folders.len().min(outermost.unwrap_or(0) + 1)..].to_vec()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    use super::*;

    /// A folder with bundles at these paths and files at those.
    fn tree(bundles: &[&str], files: &[&str]) -> TempDir {
        let root = tempfile::tempdir().unwrap();
        for bundle in bundles {
            fs::create_dir_all(root.path().join(bundle).join("x.aimodel")).unwrap();
            fs::create_dir_all(root.path().join(bundle).join("tokenizer")).unwrap();
        }
        for file in files {
            let file = root.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        root
    }

    fn file(root: &TempDir, bundle: &str) -> Option<String> {
        shown(root, find(&root.path().join(bundle)).file)
    }

    fn shown(root: &TempDir, found: Option<PathBuf>) -> Option<String> {
        let root = root.path().canonicalize().unwrap();
        found.map(|file| {
            let file = file.strip_prefix(&root).unwrap_or(&file);
            file.display().to_string()
        })
    }

    #[test]
    fn what_came_with_a_bundle_is_not_obeyed() {
        let files = [
            "r/.git",
            "r/granite-bundle.toml",
            "r/a/granite-bundle.toml",
            "r/a/deep/granite-bundle.toml",
            "r/b/.git",
            "r/b/granite-bundle.toml",
        ];
        let root = tree(&["r/a", "r/b", "r/a/deep"], &files);
        for bundle in ["r/a", "r/a/x.aimodel", "r/a/deep", "r/a/deep/x.aimodel"] {
            assert_eq!(
                file(&root, bundle).as_deref(),
                Some("r/granite-bundle.toml"),
                "{bundle}"
            );
        }
        let found = find(&root.path().join("r/b"));
        assert_eq!(found.file, None);
        assert_eq!(
            shown(&root, found.own).as_deref(),
            Some("r/b/granite-bundle.toml")
        );
        assert_eq!(home(&root.path().join("r/b")), None);
        assert!(
            home(&root.path().join("r/a"))
                .unwrap()
                .ends_with("r/granite-bundle.toml")
        );
    }

    #[test]
    fn the_search_ends_at_the_repository() {
        let root = tree(&["r/d/a", "s/a"], &["granite-bundle.toml", "r/.git"]);
        assert_eq!(file(&root, "r/d/a"), None);
        assert_eq!(file(&root, "s/a").as_deref(), Some("granite-bundle.toml"));
        assert!(
            home(&root.path().join("s/a"))
                .unwrap()
                .ends_with("s/granite-bundle.toml")
        );
    }

    #[test]
    fn a_configuration_beside_a_link_counts_first() {
        let files = [
            "here/.git",
            "here/granite-bundle.toml",
            "there/granite-bundle.toml",
        ];
        let root = tree(&["there/a"], &files);
        symlink(root.path().join("there/a"), root.path().join("here/link")).unwrap();
        fs::create_dir(root.path().join("plain")).unwrap();
        fs::create_dir(root.path().join("plain/.git")).unwrap();
        symlink(root.path().join("there/a"), root.path().join("plain/link")).unwrap();
        assert_eq!(
            file(&root, "here/link").as_deref(),
            Some("here/granite-bundle.toml")
        );
        assert_eq!(
            file(&root, "plain/link").as_deref(),
            Some("there/granite-bundle.toml")
        );
    }
}
