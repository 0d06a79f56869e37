//! Reads a bundle or bare asset, every part on its own.

use std::fs;
use std::path::Path;

use super::asset::{links_between, read_asset};
use super::discover::{discover_one, is_asset_name};
use super::{
    DeclaredFile, DiscoverError, JsonDocument, JsonError, License, Manifest, Part, Resolution,
    SideAsset, Target, TargetKind, TargetPath, Tokenizer, discover,
};
use crate::files::Root;
use crate::files::json::Limits;
use crate::model::Look;

/// What one of the user's paths led to.
pub type Opened = Result<Target, DiscoverError>;

impl Target {
    /// Reads what lies at a place. Never fails: each part tells for itself whether it could be read.
    pub fn read(place: &TargetPath) -> Target {
        Target::read_all(place, None, &mut |_| ())
    }

    /// The same; `look` sees the program of the main asset while it is read.
    pub fn read_looking(place: &TargetPath, look: Look<'_>) -> Target {
        Target::read_all(place, None, look)
    }

    /// The same as if the manifest were another than the one that is there.
    pub fn read_with(place: &TargetPath, manifest: Option<JsonDocument>) -> Target {
        Target::read_all(place, manifest, &mut |_| ())
    }

    fn read_all(place: &TargetPath, manifest: Option<JsonDocument>, look: Look<'_>) -> Target {
        let mut target = Target {
            path: place.path.clone(),
            kind: place.kind,
            mistaken: None,
            manifest: Part::Absent,
            resolution: None,
            symlinks: Vec::new(),
            asset: Part::Absent,
            side_assets: Vec::new(),
            declared: Vec::new(),
            tokenizer: Part::Absent,
            siblings: Vec::new(),
            sibling_bytes: Vec::new(),
            license_files: Vec::new(),
        };
        let root = Root::new(&place.path);
        target.symlinks.extend(root.symlink(&place.path));
        match place.kind {
            TargetKind::Asset => target.read_asset(&place.path, &root, look),
            TargetKind::Bundle => target.read_bundle(&root, manifest, look),
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

    /// What a place that was taken for a bundle turns out to be, where nothing of one is there.
    fn mistake(&self) -> Option<DiscoverError> {
        let empty = matches!((&self.manifest, &self.asset), (Part::Absent, Part::Absent));
        (empty && self.siblings.is_empty())
            .then(|| discover_one(&self.path).into_iter().find_map(Result::err))
            .flatten()
    }

    fn read_bundle(&mut self, root: &Root, manifest: Option<JsonDocument>, look: Look<'_>) {
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
                    self.read_asset(&path, root, look);
                }
            },
        );
        for side in &sides {
            if let Some(path) = &side.resolution.newest {
                self.note_links(path, root);
            }
        }
        self.side_assets = sides;
        self.declared = DeclaredFile::all(self.manifest.present(), &folder, root);
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

    fn read_asset(&mut self, path: &Path, root: &Root, look: Look<'_>) {
        self.note_links(path, root);
        self.asset = read_asset(path, root, look);
    }

    fn note_links(&mut self, asset: &Path, root: &Root) {
        for link in links_between(&self.path, asset, root) {
            if !self.symlinks.contains(&link) {
                self.symlinks.push(link);
            }
        }
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
