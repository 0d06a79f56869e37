//! Facts about a target that rules need and that lie outside its manifest, asset and tokenizer.

use crate::bundle::{License, Releases, Target, TargetKind, Transcript, shown};
use crate::model::{Asset, RecordedHash};
use crate::profile::published;

use super::{ContentHash, LicenseFile};

/// What was read for one target.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The hash of the main asset's bytecode.
    pub hash: ContentHash,
    /// The same of the side assets, in their order.
    pub side_hashes: Vec<ContentHash>,
    /// The bundle's license files.
    pub licenses: Vec<LicenseFile>,
    /// Gate transcripts of the bundle and its release folder.
    pub transcripts: Vec<Transcript>,
}

impl Facts {
    /// Reads them; `hash` asks for the bytecode to be hashed, which takes a pass over the whole file and tells
    /// `progress` how many bytes each step read.
    ///
    /// It is hashed only where there is something to compare the hash with. Targets of one run share `releases`.
    pub fn gather(
        target: &Target,
        releases: &Releases,
        hash: bool,
        mut progress: impl FnMut(u64),
    ) -> Facts {
        let name = target
            .manifest
            .present()
            .and_then(|manifest| manifest.name());
        let transcripts = match target.kind {
            TargetKind::Bundle => releases.of_bundle(&target.path, name),
            TargetKind::Asset => Vec::new(),
        };
        let mut content_hash = |asset: Option<&Asset>| match asset.filter(|_| hash) {
            Some(asset) if is_hashed(target, asset) => content_hash(asset, &mut progress),
            _ => ContentHash::Skipped,
        };
        let sides = target.side_assets.iter().map(|side| side.asset.present());
        Facts {
            hash: content_hash(target.asset.present()),
            side_hashes: sides.map(&mut content_hash).collect(),
            licenses: target.license_files.iter().map(license).collect(),
            transcripts,
        }
    }
}

/// The assets whose bytecode is hashed.
pub(super) fn hashed(target: &Target) -> impl Iterator<Item = &Asset> {
    let sides = target.side_assets.iter().map(|side| side.asset.present());
    let assets = std::iter::once(target.asset.present()).chain(sides);
    assets.flatten().filter(|asset| is_hashed(target, asset))
}

/// True for an asset that records a hash, or whose bundle goes by the name of a published artifact.
fn is_hashed(target: &Target, asset: &Asset) -> bool {
    let recorded = matches!(asset.recorded_hash, RecordedHash::Sha256(_));
    let manifest = target.manifest.present();
    let name = manifest.and_then(|manifest| manifest.name());
    recorded || name.and_then(published).is_some()
}

fn content_hash(asset: &Asset, progress: impl FnMut(u64)) -> ContentHash {
    match asset.content_hash_with(progress) {
        Ok(hash) => ContentHash::Computed(hash),
        Err(error) => ContentHash::Failed(error.to_string()),
    }
}

fn license(license: &License) -> LicenseFile {
    let name = license.path.file_name().unwrap_or_default();
    LicenseFile {
        name: shown(name.as_ref()),
        spdx: license.spdx,
    }
}
