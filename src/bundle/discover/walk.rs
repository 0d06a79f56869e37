//! Everything that lies below a folder.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::error::DiscoverError;
use super::recognise::{is_asset_by_any_name, kind, may_hold_others};
use crate::bundle::TargetKind;

/// Where a bundle or bare asset is; not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetPath {
    /// As the user named it, or as found below it.
    pub path: PathBuf,
    /// Bundle or bare asset.
    pub kind: TargetKind,
}

/// Everything below a folder, in order of names.
pub(super) fn below(path: &Path) -> Vec<Result<TargetPath, DiscoverError>> {
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

pub(super) fn target_path(path: &Path, kind: TargetKind) -> TargetPath {
    TargetPath {
        path: path.to_owned(),
        kind,
    }
}
