//! An asset of a bundle: what may be read of it, and the links on the way.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Part, Symlink};
use crate::files::{FileError, Root};
use crate::model::{Asset, AssetError, Look};

/// The asset at a path that may not leave the root.
pub(super) fn read_asset(path: &Path, root: &Root, look: Look<'_>) -> Part<Asset, AssetError> {
    match confined(path, root).and_then(|()| Asset::open_looking(path, look)) {
        Ok(asset) => Part::Present(asset),
        Err(error) => Part::Unreadable(error),
    }
}

/// The links among the components below `folder` down to the asset, and among the asset's own entries.
pub(super) fn links_between(folder: &Path, asset: &Path, root: &Root) -> Vec<Symlink> {
    let mut links = Vec::new();
    if let Ok(relative) = asset.strip_prefix(folder) {
        let mut path = folder.to_owned();
        for component in relative.components() {
            path.push(component);
            links.extend(root.symlink(&path));
        }
    }
    links.extend(entries(asset).iter().filter_map(|path| root.symlink(path)));
    links
}

/// An error if the asset, or one of its entries, is a link that is not to be followed.
fn confined(asset: &Path, root: &Root) -> Result<(), AssetError> {
    let check = |path: &Path| root.check(path).map_err(|error| error.into_asset(path));
    check(asset)?;
    entries(asset).iter().try_for_each(|path| check(path))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    entries
}

impl FileError {
    fn into_asset(self, path: &Path) -> AssetError {
        AssetError {
            path: path.to_owned(),
            offset: None,
            message: self.message,
            help: self.help,
        }
    }
}
