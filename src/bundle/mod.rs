//! The LanguageBundle folder: states facts, judges nothing.
//!
//! Every part may be absent or unreadable on its own, so that one bad file never hides the rest.

use std::path::PathBuf;

use crate::model::{Asset, AssetError};

mod asset;
mod compare;
mod declared;
mod discover;
mod edit;
mod failure;
mod jinja;
mod json;
mod license;
mod lines;
mod manifest;
mod read;
mod repeated;
mod resolution;
mod side;
mod template;
mod tokenizer;
mod transcript;
mod vocabulary;

pub use crate::files::{FileFault, Leads, Symlink, shown};
pub use compare::{Area, ChangeKind, Difference, compare};
pub use declared::{AUXILIARY, DeclaredFile};
use discover::is_asset_name;
pub use discover::{DiscoverError, TargetPath, discover, is_bundle};
pub use edit::{Edit, pointer};
pub use failure::Failure;
pub use jinja::{Parsing, on_deep_stack};
pub use json::{JsonDocument, JsonError};
pub use license::License;
pub use manifest::{Language, Manifest};
pub use read::Opened;
pub use repeated::RepeatedKey;
pub use resolution::Resolution;
pub use side::SideAsset;
pub use template::ChatTemplate;
pub use tokenizer::{Tokenizer, token_text};
pub use transcript::{FreeRun, Position, Record, Releases, Transcript};
pub use vocabulary::AddedToken;

/// A part of a bundle that may be absent, or there but unreadable.
#[derive(Debug)]
pub enum Part<T, E> {
    /// Nothing of that name.
    Absent,
    /// There, but it cannot be read.
    Unreadable(E),
    /// Read.
    Present(T),
}

impl<T, E> Part<T, E> {
    /// The part, if it was read.
    pub fn present(&self) -> Option<&T> {
        match self {
            Part::Present(part) => Some(part),
            _ => None,
        }
    }

    /// The error, if it is there but could not be read.
    pub fn unreadable(&self) -> Option<&E> {
        match self {
            Part::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}

/// What the user pointed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// A LanguageBundle folder.
    Bundle,
    /// A `.aimodel` or `.aimodelc` folder by itself.
    Asset,
}

/// One bundle or bare asset, read.
#[derive(Debug)]
pub struct Target {
    /// As the user named it, or as found below it.
    pub path: PathBuf,
    /// Bundle or bare asset.
    pub kind: TargetKind,
    /// Why the path stands for no bundle and no asset, if so.
    pub mistaken: Option<DiscoverError>,
    /// The bundle's `metadata.json`; `Absent` for a bare asset.
    pub manifest: Part<Manifest, JsonError>,
    /// What `assets.main` stands for; `None` if the manifest does not say, and for a bare asset.
    pub resolution: Option<Resolution>,
    /// Every symbolic link from the bundle's folder itself down to the asset's files, outermost first.
    pub symlinks: Vec<Symlink>,
    /// What `assets.main` resolves to (or the bare asset itself).
    pub asset: Part<Asset, AssetError>,
    /// The assets that the manifest declares under other roles, in its order.
    pub side_assets: Vec<SideAsset>,
    /// What else the manifest names: auxiliary assets, and entries of `assets` that are not named like a model.
    pub declared: Vec<DeclaredFile>,
    /// The bundle's `tokenizer/`.
    pub tokenizer: Part<Tokenizer, JsonError>,
    /// Every `.aimodel`/`.aimodelc` folder directly in the bundle, sorted by name.
    pub siblings: Vec<PathBuf>,
    /// Bytes of the files directly in each of them, in the same order.
    pub sibling_bytes: Vec<u64>,
    /// License files (`LICENSE`, `LICENSE.txt`, `COPYING`, …) in the bundle, sorted by name.
    pub license_files: Vec<License>,
}
