//! What a folder is by itself: a bundle, an asset, or only a folder.

use std::fs;
use std::path::Path;

use crate::bundle::{JsonDocument, TargetKind};

/// What a path is by itself, if it is not just a folder.
pub(super) fn kind(path: &Path) -> Option<TargetKind> {
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
pub(super) fn may_hold_others(path: &Path, kind: TargetKind) -> bool {
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

pub(in crate::bundle) fn is_asset_name(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "aimodel" || extension == "aimodelc")
}

/// The same of a path that ends in `.` or `..`, or is a link: what counts is the name of the folder it leads to.
pub(super) fn is_asset_by_any_name(path: &Path) -> bool {
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
