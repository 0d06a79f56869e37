//! From the paths a user names to the bundles and assets they stand for.

mod error;
mod recognise;
mod refusal;
mod walk;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub use error::DiscoverError;
pub(super) use recognise::is_asset_name;
pub use recognise::is_bundle;
use recognise::{is_asset_by_any_name, kind, may_hold_others};
use refusal::usable;
pub use walk::TargetPath;
use walk::{below, target_path};

use super::TargetKind;
use crate::files::absolute;

/// Finds what each path stands for, in the order given; below a folder, in order of names.
///
/// A path is a bundle, a bare asset, or a folder that holds them at any depth. Hidden folders and folders behind
/// symbolic links are not searched; nor is the inside of bundles and assets. What one path stands for and another
/// does too, through a link or by another spelling, is found once, by the first.
pub fn discover(paths: &[PathBuf]) -> Vec<Result<TargetPath, DiscoverError>> {
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    let mut all = Vec::new();
    for path in paths {
        let (found, keys): (Vec<_>, Vec<_>) = discover_one(path)
            .into_iter()
            .map(|found| {
                let key = identity(&found);
                (found, key)
            })
            .filter(|(_, key)| !seen.contains(key))
            .unzip();
        all.extend(found);
        seen.extend(keys);
    }
    all
}

/// What is the same for two ways to name one place.
fn identity(found: &Result<TargetPath, DiscoverError>) -> PathBuf {
    let path = match found {
        Ok(place) => &place.path,
        Err(error) => &error.path,
    };
    path.canonicalize().unwrap_or_else(|_| absolute(path))
}

/// Finds what one path stands for.
pub(super) fn discover_one(path: &Path) -> Vec<Result<TargetPath, DiscoverError>> {
    if let Err(error) = usable(path) {
        return vec![Err(error)];
    }
    if is_asset_by_any_name(path) {
        return vec![Ok(target_path(path, TargetKind::Asset))];
    }
    let kind = kind(path);
    if let Some(kind) = kind
        && !may_hold_others(path, kind)
    {
        return vec![Ok(target_path(path, kind))];
    }
    let mut found = below(path);
    if let Some(kind) = kind {
        found.insert(0, Ok(target_path(path, kind)));
    }
    if !found.is_empty() {
        return found;
    }
    if path.join("metadata.json").symlink_metadata().is_ok() {
        return vec![Ok(target_path(path, TargetKind::Bundle))];
    }
    let is_empty = fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    let message = match is_empty {
        true => "is an empty folder",
        false => "holds no bundle and no asset, at any depth",
    };
    vec![Err(DiscoverError {
        path: path.to_owned(),
        missing: false,
        message: message.to_owned(),
        help: Some(
            "name a folder with `metadata.json`, or an `.aimodel` or `.aimodelc` folder".to_owned(),
        ),
    })]
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn tree(folders: &[&str], files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in folders {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        for (name, text) in files {
            fs::write(root.path().join(name), text).unwrap();
        }
        root
    }

    fn found(root: &Path) -> Vec<(String, TargetKind)> {
        let places = discover(&[root.to_owned()]);
        let relative = |path: &Path| path.strip_prefix(root).unwrap().display().to_string();
        places
            .into_iter()
            .map(|place| place.unwrap())
            .map(|place| (relative(&place.path), place.kind))
            .collect()
    }

    #[test]
    fn bundles_and_assets_are_found_at_any_depth_in_order() {
        let root = tree(
            &[
                "b/c/x/x.aimodel/y.aimodel",
                "a.aimodelc",
                "b/.hidden/z.aimodel",
                "empty",
            ],
            &[("b/c/x/metadata.json", "{}")],
        );
        let expected = [
            ("a.aimodelc".to_owned(), TargetKind::Asset),
            ("b/c/x".to_owned(), TargetKind::Bundle),
        ];
        assert_eq!(found(root.path()), expected);
    }

    #[test]
    fn a_folder_without_a_manifest_is_a_bundle_if_it_has_a_tokenizer() {
        let root = tree(&["tokenizer", "x.aimodel"], &[]);
        assert_eq!(found(root.path()), [(String::new(), TargetKind::Bundle)]);
        let root = tree(&["x.aimodel"], &[]);
        assert_eq!(
            found(root.path()),
            [("x.aimodel".to_owned(), TargetKind::Asset)]
        );
    }

    #[test]
    fn another_kind_of_metadata_does_not_hide_what_is_below() {
        let root = tree(&["b/x.aimodel"], &[("metadata.json", r#"{"site": 1}"#)]);
        assert_eq!(
            found(root.path()),
            [("b/x.aimodel".to_owned(), TargetKind::Asset)]
        );
        let root = tree(&[], &[("metadata.json", r#"{"site": 1}"#)]);
        assert_eq!(found(root.path()), [(String::new(), TargetKind::Bundle)]);
    }

    #[test]
    fn a_broken_manifest_above_bundles_hides_none_of_them() {
        for manifest in ["{", "", r#"{"metadata_version": "0.2"}"#] {
            let files = [
                ("metadata.json", manifest),
                ("inner/metadata.json", manifest),
            ];
            let root = tree(&["a/x.aimodel", "inner/b/y.aimodel"], &files);
            let names: Vec<String> = found(root.path()).into_iter().map(|it| it.0).collect();
            assert_eq!(
                names,
                ["", "a/x.aimodel", "inner", "inner/b/y.aimodel"],
                "{manifest}"
            );
        }
        let manifest = r#"{"metadata_version": "0.2", "assets": {"main": "deep/x.aimodel"}}"#;
        let root = tree(&["deep/x.aimodel"], &[("metadata.json", manifest)]);
        assert_eq!(found(root.path()), [(String::new(), TargetKind::Bundle)]);
    }

    #[cfg(unix)]
    #[test]
    fn one_place_is_found_once_however_often_it_is_named() {
        let root = tree(&["a/x.aimodel", "b/y.aimodel"], &[]);
        std::os::unix::fs::symlink("a", root.path().join("link")).unwrap();
        let paths = [
            "a/x.aimodel",
            "a/x.aimodel/",
            "./a",
            "link",
            "b/../a/",
            "",
            "none",
            "./none",
        ];
        let found = discover(&paths.map(|path| root.path().join(path)));
        let names = found.iter().map(|place| match place {
            Ok(place) => place.path.strip_prefix(root.path()).unwrap(),
            Err(error) => error.path.strip_prefix(root.path()).unwrap(),
        });
        let names = names
            .map(|path| path.display().to_string())
            .collect::<Vec<_>>();
        assert_eq!(names, ["a/x.aimodel", "b/y.aimodel", "none"]);
    }

    #[test]
    fn nothing_at_all_is_missing_and_an_empty_folder_is_not() {
        let root = tree(&["empty"], &[]);
        let paths = [root.path().join("none"), root.path().join("empty")];
        let missing: Vec<bool> = discover(&paths)
            .into_iter()
            .map(|place| place.unwrap_err().missing)
            .collect();
        assert_eq!(missing, [true, false]);
    }

    #[test]
    fn naming_a_file_leads_to_its_folder() {
        let root = tree(&["x.aimodel"], &[("x.aimodel/main.mlirb", "")]);
        let error = discover(&[root.path().join("x.aimodel/main.mlirb")])
            .remove(0)
            .unwrap_err();
        assert!(error.help.unwrap().ends_with("x.aimodel"));
    }

    #[cfg(unix)]
    #[test]
    fn links_in_circles_end_the_search_and_links_to_bundles_count() {
        use std::os::unix::fs::symlink;
        let root = tree(&["a/x.aimodel"], &[]);
        symlink(root.path(), root.path().join("a/loop")).unwrap();
        symlink("x.aimodel", root.path().join("a/y.aimodel")).unwrap();
        let names: Vec<String> = found(root.path())
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["a/x.aimodel", "a/y.aimodel"]);
    }
}
