//! The LanguageBundle folder: states facts, judges nothing.
//!
//! Every part may be absent or unreadable on its own, so that one bad file never hides the rest.

use std::path::PathBuf;

use crate::model::{Asset, AssetError};

mod json;
mod manifest;
mod tokenizer;
mod transcript;

pub use json::{JsonDocument, JsonError};
pub use manifest::{Language, Manifest};
pub use tokenizer::{ChatTemplate, Tokenizer};
pub use transcript::{Position, Record, Transcript};

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
    /// The bundle's `metadata.json`; `Absent` for a bare asset.
    pub manifest: Part<Manifest, JsonError>,
    /// What `assets.main` resolves to (or the bare asset itself).
    pub asset: Part<Asset, AssetError>,
    /// The bundle's `tokenizer/`.
    pub tokenizer: Part<Tokenizer, JsonError>,
    /// Every `.aimodel`/`.aimodelc` folder directly in the bundle, sorted by name.
    pub siblings: Vec<PathBuf>,
    /// License files (`LICENSE`, `LICENSE.txt`, `NOTICE`, …) in the bundle, sorted by name.
    pub license_files: Vec<PathBuf>,
}
