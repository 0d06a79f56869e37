//! What a manifest names beside its models: auxiliary assets, and assets of kinds of their own.

use std::path::Path;

use serde_json::Value;

use super::asset::read_asset;
use super::{Manifest, Part, Resolution, is_asset_name};
use crate::files::Root;
use crate::model::{Asset, AssetError};

/// Where auxiliary assets may be declared, as dotted paths.
pub const AUXILIARY: [&str; 2] = ["auxiliary_assets", "language.auxiliary_assets"];

/// Most that are looked for; a bundle has one.
const MOST: usize = 64;

/// A file or folder that the manifest names.
#[derive(Debug)]
pub struct DeclaredFile {
    /// Dotted path of the object that names it, such as `auxiliary_assets`.
    pub place: &'static str,
    /// Its key there, such as `per_layer_embeddings`.
    pub role: String,
    /// What the declared path stands for.
    pub resolution: Resolution,
    /// What it is, where it is named like an asset and is there.
    pub asset: Part<Asset, AssetError>,
}

impl DeclaredFile {
    /// Those of a bundle, each looked for and read.
    pub(super) fn all(
        manifest: Option<&Manifest>,
        bundle: &Path,
        root: &Root,
    ) -> Vec<DeclaredFile> {
        let auxiliary = manifest
            .into_iter()
            .flat_map(|manifest| AUXILIARY.iter().flat_map(|place| named(manifest, place)));
        let others = manifest.into_iter().flat_map(|manifest| {
            named(manifest, "assets")
                .filter(|(_, role, path)| *role != "main" && !is_asset_name(Path::new(path)))
        });
        auxiliary
            .chain(others)
            .take(MOST)
            .map(|(place, role, path)| DeclaredFile::read(place, role, path, bundle, root))
            .collect()
    }

    fn read(
        place: &'static str,
        role: &str,
        path: &str,
        bundle: &Path,
        root: &Root,
    ) -> DeclaredFile {
        let resolution = Resolution::new(bundle, path);
        let found = resolution.exact.as_deref();
        let asset = match found.filter(|path| is_asset_name(path)) {
            Some(path) => read_asset(path, root, &mut |_| ()),
            None => Part::Absent,
        };
        DeclaredFile {
            place,
            role: role.to_owned(),
            resolution,
            asset,
        }
    }
}

/// The members of an object that are texts.
fn named<'a>(
    manifest: &'a Manifest,
    place: &'static str,
) -> impl Iterator<Item = (&'static str, &'a str, &'a str)> {
    let pointer = format!("/{}", place.replace('.', "/"));
    let object = manifest.document.value.pointer(&pointer);
    let members = object.and_then(Value::as_object).into_iter().flatten();
    members.filter_map(move |(role, path)| Some((place, role.as_str(), path.as_str()?)))
}
