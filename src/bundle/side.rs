//! The assets a manifest declares beside `assets.main`.

use std::path::Path;

use rayon::prelude::*;

use super::asset::read_asset;
use super::{Manifest, Part, Resolution};
use crate::files::Root;
use crate::model::{Asset, AssetError};

/// Most side assets that are read; a bundle has two or three, a diffusion pipeline six.
const MOST: usize = 64;

/// An asset that the manifest declares under another role than `main`.
#[derive(Debug)]
pub struct SideAsset {
    /// Its key in `assets`, such as `vision`.
    pub role: String,
    /// What the declared path stands for.
    pub resolution: Resolution,
    /// The asset; `Absent` where the path stands for nothing.
    pub asset: Part<Asset, AssetError>,
}

impl SideAsset {
    /// Every role but `main` whose path is named like an asset, resolved and not yet read.
    ///
    /// Other kinds of bundle keep schedulers and tokenizers among their assets; those are no models.
    pub(super) fn declared(manifest: Option<&Manifest>, bundle: &Path) -> Vec<SideAsset> {
        let declared = manifest.into_iter().flat_map(Manifest::assets);
        declared
            .filter(|(role, path)| *role != "main" && super::is_asset_name(Path::new(path)))
            .map(|(role, path)| SideAsset {
                role: role.to_owned(),
                resolution: Resolution::new(bundle, path),
                asset: Part::Absent,
            })
            .collect()
    }

    /// Reads the assets, all at once.
    pub(super) fn read_all(sides: &mut [SideAsset], root: &Root) {
        sides.par_iter_mut().enumerate().for_each(|(place, side)| {
            let Some(path) = &side.resolution.newest else {
                return;
            };
            side.asset = match place {
                0..MOST => read_asset(path, root, &mut |_| ()),
                _ => Part::Unreadable(AssetError {
                    path: path.clone(),
                    offset: None,
                    message: format!("is declared beside {MOST} others and is not read"),
                    help: Some("declare the assets that the bundle consists of".to_owned()),
                }),
            };
        });
    }
}
