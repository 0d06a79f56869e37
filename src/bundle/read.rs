//! Reads a bundle or bare asset, every part on its own.

use std::fs;
use std::path::{Path, PathBuf};

use super::discover::{discover_one, is_asset_name};
use super::{
    DiscoverError, JsonDocument, JsonError, License, Manifest, Part, Place, Resolution, SideAsset,
    Symlink, Target, TargetKind, Tokenizer, discover,
};
use crate::files::json::Limits;
use crate::files::{FileError, Root};
use crate::model::{Asset, AssetError};

/// The one reason why a target as a whole cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The file or folder at fault.
    pub path: PathBuf,
    /// Byte offset in it, where there is one.
    pub offset: Option<u64>,
    /// What is wrong and what was expected, as the rest of a sentence that begins with the path.
    pub message: String,
    /// What the user can do.
    pub help: Option<String>,
}

/// What one of the user's paths led to.
pub type Opened = Result<Target, DiscoverError>;

impl Target {
    /// Reads what lies at a place. Never fails: each part tells for itself whether it could be read.
    pub fn read(place: &Place) -> Target {
        Target::read_with(place, None)
    }

    /// The same as if the manifest were another than the one that is there.
    pub fn read_with(place: &Place, manifest: Option<JsonDocument>) -> Target {
        let mut target = Target {
            path: place.path.clone(),
            kind: place.kind,
            mistaken: None,
            manifest: Part::Absent,
            resolution: None,
            symlinks: Vec::new(),
            asset: Part::Absent,
            side_assets: Vec::new(),
            tokenizer: Part::Absent,
            siblings: Vec::new(),
            sibling_bytes: Vec::new(),
            license_files: Vec::new(),
        };
        let root = Root::new(&place.path);
        target.symlinks.extend(root.symlink(&place.path));
        match place.kind {
            TargetKind::Asset => target.read_asset(&place.path, &root),
            TargetKind::Bundle => target.read_bundle(&root, manifest),
        }
        target.mistaken = target.mistake();
        target
    }

    /// What the manifest calls it, else its folder's name.
    pub fn name(&self) -> String {
        let manifest = self.manifest.present().and_then(Manifest::name);
        let folder = || self.path.file_name().unwrap_or(self.path.as_os_str());
        manifest.map_or_else(|| folder().to_string_lossy().into_owned(), str::to_owned)
    }

    /// Reads the one bundle or asset at a path; a folder that holds several is an error.
    pub fn open(path: &Path) -> Opened {
        let mut places = discover(&[path.to_owned()]);
        if places.len() > 1 {
            return Err(DiscoverError {
                path: path.to_owned(),
                missing: false,
                message: format!(
                    "holds {} bundles and assets, and one was expected",
                    places.len()
                ),
                help: Some("name one of them".to_owned()),
            });
        }
        places.remove(0).map(|place| Target::read(&place))
    }

    /// Why the target is not whole, if so: an unreadable manifest, or a declared asset that is absent or unreadable.
    pub fn failure(&self) -> Option<Failure> {
        let side = || self.side_assets.iter().find_map(|side| side.failure(self));
        self.main_failure().or_else(side)
    }

    /// Why there is nothing to show, if so: an unreadable manifest, or a main asset that is absent or unreadable.
    ///
    /// A bundle of a kind that no language engine loads need not have a main asset.
    pub fn main_failure(&self) -> Option<Failure> {
        match (&self.manifest, &self.asset) {
            (Part::Unreadable(error), _) => Some(error.clone().into()),
            (Part::Absent, _) if self.kind == TargetKind::Bundle => Some(self.failed(
                "has no `metadata.json`",
                "restore the manifest, or name the asset itself to look at it alone",
            )),
            (_, Part::Unreadable(error)) => Some(error.into()),
            (Part::Present(manifest), Part::Absent)
                if self.resolution.is_none()
                    && !manifest.may_be_language()
                    && !self.side_assets.is_empty() =>
            {
                None
            }
            (_, Part::Absent) => Some(self.no_asset()),
            (_, Part::Present(_)) => None,
        }
    }

    /// What a place that was taken for a bundle turns out to be, where nothing of one is there.
    fn mistake(&self) -> Option<DiscoverError> {
        let empty = matches!((&self.manifest, &self.asset), (Part::Absent, Part::Absent));
        (empty && self.siblings.is_empty())
            .then(|| discover_one(&self.path).into_iter().find_map(Result::err))
            .flatten()
    }

    fn failed(&self, message: &str, help: &str) -> Failure {
        Failure {
            path: self.path.clone(),
            offset: None,
            message: message.to_owned(),
            help: Some(help.to_owned()),
        }
    }

    fn no_asset(&self) -> Failure {
        let manifest = self.path.join("metadata.json");
        let mut failure = match &self.resolution {
            None => self.failed(
                "does not name an asset: `assets.main` must be a string",
                "set `assets.main` to the asset's folder name",
            ),
            Some(resolution) => self.unresolved("main", resolution),
        };
        failure.path = manifest;
        failure
    }

    /// Why a declared path stands for no asset.
    pub(super) fn unresolved(&self, role: &str, resolution: &Resolution) -> Failure {
        let declared = &resolution.declared;
        let mut failure = if resolution.escapes {
            self.failed(
                &format!(
                    "names the asset `{declared}`, which leaves the bundle and is not followed"
                ),
                "put the asset into the bundle's folder and name it by its relative path",
            )
        } else {
            self.failed(
                &format!("names the asset `{declared}`, which does not exist"),
                &self.instead(role),
            )
        };
        failure.path = self.path.join("metadata.json");
        failure
    }

    /// What to do about an asset that is not where the manifest says.
    fn instead(&self, role: &str) -> String {
        let names: Vec<String> = self
            .siblings
            .iter()
            .filter_map(|path| path.file_name())
            .map(|name| format!("`{}`", name.to_string_lossy()))
            .collect();
        if names.is_empty() {
            return format!("put the asset there, or correct `assets.{role}`");
        }
        format!(
            "put the asset there, or correct `assets.{role}`: the bundle has {}",
            names.join(", ")
        )
    }

    fn read_bundle(&mut self, root: &Root, manifest: Option<JsonDocument>) {
        let folder = self.path.clone();
        self.manifest = match manifest {
            Some(document) => Part::Present(Manifest { document }),
            None => read_manifest(&folder.join("metadata.json"), root),
        };
        self.list(&folder);
        self.license_files = License::in_folder(&folder, root);
        let declared = self.manifest.present().and_then(Manifest::main_asset);
        self.resolution = declared.map(|declared| Resolution::new(&folder, declared));
        let asset = self.resolution.as_ref().and_then(|r| r.newest.clone());
        let mut sides = SideAsset::declared(self.manifest.present(), &folder);
        // The large readings do not wait for each other.
        let (tokenizer, ()) = rayon::join(
            || Tokenizer::read(&folder, root),
            || {
                SideAsset::read_all(&mut sides, root);
                if let Some(path) = asset {
                    self.read_asset(&path, root);
                }
            },
        );
        for side in &sides {
            if let Some(path) = &side.resolution.newest {
                self.note_links(path, root);
            }
        }
        self.side_assets = sides;
        self.tokenizer = match tokenizer {
            Ok(None) => Part::Absent,
            Ok(Some(tokenizer)) => Part::Present(tokenizer),
            Err(error) => Part::Unreadable(error),
        };
    }

    /// Notes the assets directly in the folder.
    fn list(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if is_asset_name(&path) {
                self.siblings.push(path);
            }
        }
        self.siblings.sort();
        self.sibling_bytes = self.siblings.iter().map(|path| files_in(path)).collect();
    }

    fn read_asset(&mut self, path: &Path, root: &Root) {
        self.note_links(path, root);
        self.asset = read_asset(path, root);
    }

    fn note_links(&mut self, asset: &Path, root: &Root) {
        for link in links_between(&self.path, asset, root) {
            if !self.symlinks.contains(&link) {
                self.symlinks.push(link);
            }
        }
    }
}

/// The asset at a path that may not leave the root.
pub(super) fn read_asset(path: &Path, root: &Root) -> Part<Asset, AssetError> {
    match confined(path, root).and_then(|()| Asset::open(path)) {
        Ok(asset) => Part::Present(asset),
        Err(error) => Part::Unreadable(error),
    }
}

/// Bytes of the regular files directly in a folder; links are not followed.
fn files_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.metadata().ok())
        .filter(fs::Metadata::is_file)
        .map(|metadata| metadata.len())
        .sum()
}

fn read_manifest(path: &Path, root: &Root) -> Part<Manifest, JsonError> {
    if path.symlink_metadata().is_err() {
        return Part::Absent;
    }
    let read = root
        .check(path)
        .map_err(|error| error.into_json(path))
        .and_then(|()| JsonDocument::read_within(path, Limits::MANIFEST));
    match read {
        Ok(document) if document.value.is_object() => Part::Present(Manifest { document }),
        Ok(document) => Part::Unreadable(JsonError {
            offset: Some(0),
            line: Some(1),
            ..JsonError::whole(
                &document.path,
                "is JSON, but not an object".to_owned(),
                Some("restore the manifest from the export"),
            )
        }),
        Err(error) => Part::Unreadable(error),
    }
}

/// The links among the components below `folder` down to the asset, and among the asset's own entries.
fn links_between(folder: &Path, asset: &Path, root: &Root) -> Vec<Symlink> {
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

impl From<&AssetError> for Failure {
    fn from(error: &AssetError) -> Failure {
        Failure {
            path: error.path.clone(),
            offset: error.offset,
            message: error.message.clone(),
            help: error.help.clone(),
        }
    }
}

impl From<JsonError> for Failure {
    fn from(error: JsonError) -> Failure {
        Failure {
            path: error.path,
            offset: error.offset,
            message: error.message,
            help: error.help,
        }
    }
}

impl From<DiscoverError> for Failure {
    fn from(error: DiscoverError) -> Failure {
        Failure {
            path: error.path,
            offset: None,
            message: error.message,
            help: error.help,
        }
    }
}
