//! From the paths a user names to the bundles and assets they stand for.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::{JsonDocument, TargetKind};
use crate::files::{absolute, is_cycle, shown, what};
use crate::finding::closest;

/// Most names of a folder looked at for one that is like a mistyped one.
const MAX_ENTRIES: usize = 4096;

/// Where a bundle or bare asset is; not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetPath {
    /// As the user named it, or as found below it.
    pub path: PathBuf,
    /// Bundle or bare asset.
    pub kind: TargetKind,
}

/// Why a path stands for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", shown(path))]
pub struct DiscoverError {
    /// The path as the user named it.
    pub path: PathBuf,
    /// True if there is nothing at that path.
    pub missing: bool,
    /// What is wrong and what was expected, one sentence.
    pub message: String,
    /// What the user can do.
    pub help: Option<String>,
}

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

/// An error unless the path is a folder, or is named like an asset (whose reader says what is wrong with it).
fn usable(path: &Path) -> Result<(), DiscoverError> {
    let error = |missing, message: String, help: Option<String>| DiscoverError {
        path: path.to_owned(),
        missing,
        message,
        help,
    };
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() || is_asset_name(path) => Ok(()),
        Ok(metadata) => Err(not_a_folder(path, &metadata)),
        Err(cause) if path.is_symlink() => Err(error(
            false,
            if is_cycle(&cause) {
                "is a symbolic link that leads in a circle"
            } else {
                "is a symbolic link that leads to nothing"
            }
            .to_owned(),
            Some("name the folder itself".to_owned()),
        )),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Err(error(
            true,
            "no such file or folder".to_owned(),
            Some(alike(path).map_or_else(
                || NAME_ONE.to_owned(),
                |alike| format!("did you mean {}?", shown(&alike)),
            )),
        )),
        Err(cause) => Err(error(false, format!("cannot be read: {cause}"), None)),
    }
}

const NAME_ONE: &str = "name a bundle, an asset, or a folder that holds some";

/// What a file is that was named in the place of a folder, and which folder the user probably meant.
fn not_a_folder(path: &Path, metadata: &fs::Metadata) -> DiscoverError {
    let owner = path
        .ancestors()
        .skip(1)
        .map(|folder| match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        })
        .find_map(|folder| Some((folder, kind(folder)?)));
    let name = path.file_name().unwrap_or_default();
    let expected = "and a folder was expected";
    let message = match owner {
        _ if !metadata.is_file() => format!("is {}, {expected}", what(metadata)),
        Some((folder, TargetKind::Bundle))
            if name == "metadata.json" && folder.join(name) == path =>
        {
            format!("is the manifest of a bundle, {expected}")
        }
        Some((_, TargetKind::Bundle)) => format!("is a file of a bundle, {expected}"),
        Some((_, TargetKind::Asset)) => format!("is a file of an asset, {expected}"),
        None => format!("is a file, {expected}"),
    };
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    let holds_some = || below(parent).iter().any(Result::is_ok);
    let help = match owner {
        Some((folder, _)) if folder != parent => {
            format!("name the bundle it belongs to: {}", shown(folder))
        }
        None if !holds_some() => NAME_ONE.to_owned(),
        _ => format!("name the folder it is in: {}", shown(parent)),
    };
    DiscoverError {
        path: path.to_owned(),
        missing: false,
        message,
        help: Some(help),
    }
}

/// The entry of the same folder whose name is most like the one that is not there.
fn alike(path: &Path) -> Option<PathBuf> {
    let typed = path.file_name()?.to_str()?;
    let parent = path.parent()?;
    let folder = match parent.as_os_str().is_empty() {
        true => Path::new("."),
        false => parent,
    };
    let entries = fs::read_dir(folder).ok()?.flatten().take(MAX_ENTRIES);
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort_unstable();
    let name = closest(typed, names.iter().map(String::as_str))?;
    Some(parent.join(name))
}

/// Everything below a folder, in order of names.
fn below(path: &Path) -> Vec<Result<TargetPath, DiscoverError>> {
    let mut found = Vec::new();
    let mut walk = WalkDir::new(path)
        .min_depth(1)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.push(Err(unreadable(path, &error)));
                continue;
            }
        };
        let folder = entry.file_type().is_dir();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            if folder {
                walk.skip_current_dir();
            }
            continue;
        }
        if !folder && !entry.path_is_symlink() {
            continue;
        }
        let linked = entry.path_is_symlink() && is_asset_by_any_name(entry.path());
        let asset = linked.then_some(TargetKind::Asset);
        if let Some(kind) = asset.or_else(|| kind(entry.path())) {
            found.push(Ok(target_path(entry.path(), kind)));
            if folder && !may_hold_others(entry.path(), kind) {
                walk.skip_current_dir();
            }
        }
    }
    found
}

fn unreadable(path: &Path, error: &walkdir::Error) -> DiscoverError {
    let cause = error
        .io_error()
        .map_or_else(|| error.to_string(), ToString::to_string);
    DiscoverError {
        path: error.path().unwrap_or(path).to_owned(),
        missing: false,
        message: format!("cannot be searched: {cause}"),
        help: None,
    }
}

fn target_path(path: &Path, kind: TargetKind) -> TargetPath {
    TargetPath {
        path: path.to_owned(),
        kind,
    }
}

/// What a path is by itself, if it is not just a folder.
fn kind(path: &Path) -> Option<TargetKind> {
    if is_asset_name(path) {
        return Some(TargetKind::Asset);
    }
    let manifest = path.join("metadata.json");
    let declared = manifest.symlink_metadata().is_ok();
    let bundle = match (declared, has_tokenizer(path)) {
        (false, false) => false,
        (true, true) => true,
        (true, false) => has_asset(path) || is_manifest(&manifest),
        (false, true) => has_asset(path),
    };
    bundle.then_some(TargetKind::Bundle)
}

/// True for a bundle's folder, be it named so by its manifest, its tokenizer or its assets.
pub fn is_bundle(folder: &Path) -> bool {
    kind(folder) == Some(TargetKind::Bundle)
}

/// True for a folder whose manifest alone says that it is a bundle, and does not lead to an asset: bundles below it are
/// looked for all the same, so that one bad file in a folder of many hides none.
fn may_hold_others(path: &Path, kind: TargetKind) -> bool {
    if kind == TargetKind::Asset || has_tokenizer(path) || has_asset(path) {
        return false;
    }
    let Ok(document) = JsonDocument::read(&path.join("metadata.json")) else {
        return true;
    };
    let asset = document.value.pointer("/assets/main");
    let asset = asset.and_then(serde_json::Value::as_str);
    asset.is_none_or(|asset| path.join(asset).symlink_metadata().is_err())
}

pub(super) fn is_asset_name(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "aimodel" || extension == "aimodelc")
}

/// The same of a path that ends in `.` or `..`, or is a link: what counts is the name of the folder it leads to.
fn is_asset_by_any_name(path: &Path) -> bool {
    is_asset_name(path)
        || fs::canonicalize(path).is_ok_and(|real| is_asset_name(&real) && real.is_dir())
}

fn has_tokenizer(path: &Path) -> bool {
    ["tokenizer", "tokenizer.json", "tokenizer_config.json"]
        .iter()
        .any(|name| path.join(name).exists())
}

/// True if an asset lies directly in the folder.
fn has_asset(path: &Path) -> bool {
    let Ok(entries) = fs::read_dir(path) else {
        return false;
    };
    entries.flatten().any(|entry| is_asset_name(&entry.path()))
}

/// True if `metadata.json` has keys of a bundle's manifest, or cannot be read, so that its error is reported.
fn is_manifest(path: &Path) -> bool {
    match JsonDocument::read(path) {
        Ok(document) => ["metadata_version", "assets", "language"]
            .iter()
            .any(|key| document.value.get(key).is_some()),
        Err(_) => true,
    }
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
