//! Why a path stands for nothing, and what its user probably meant.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::error::DiscoverError;
use super::recognise::{is_asset_name, kind};
use super::walk::below;
use crate::bundle::TargetKind;
use crate::files::{is_cycle, shown, what};
use crate::finding::closest;

/// Most names of a folder looked at for one that is like a mistyped one.
const MAX_ENTRIES: usize = 4096;

/// An error unless the path is a folder, or is named like an asset (whose reader says what is wrong with it).
pub(super) fn usable(path: &Path) -> Result<(), DiscoverError> {
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

/// What is there and most like a path that is not, whichever of its parts are misspelt.
fn alike(path: &Path) -> Option<PathBuf> {
    let typed = path.file_name()?.to_str()?;
    let parent = path.parent()?;
    let parent = match parent.as_os_str().is_empty() || parent.exists() {
        true => parent.to_owned(),
        false => alike(parent)?,
    };
    let same = parent.join(typed);
    if same.exists() {
        return Some(same);
    }
    let folder = match parent.as_os_str().is_empty() {
        true => Path::new("."),
        false => &parent,
    };
    let entries = fs::read_dir(folder).ok()?.flatten().take(MAX_ENTRIES);
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort_unstable();
    let name = closest(typed, names.iter().map(String::as_str))?;
    Some(parent.join(name))
}
