//! Facts about a target that rules need and that lie outside its manifest, asset and tokenizer.

use crate::bundle::{License, Releases, Target, TargetKind, Transcript, shown};
use crate::model::{Asset, RecordedHash};
use crate::profile::published;

use super::{ContentHash, LicenseFile};

/// What was read for one target.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The bytecode's hash.
    pub hash: ContentHash,
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
        progress: impl FnMut(u64),
    ) -> Facts {
        let name = target
            .manifest
            .present()
            .and_then(|manifest| manifest.name());
        let transcripts = match target.kind {
            TargetKind::Bundle => releases.of_bundle(&target.path, name),
            TargetKind::Asset => Vec::new(),
        };
        Facts {
            hash: if hash {
                content_hash(target, progress)
            } else {
                ContentHash::Skipped
            },
            licenses: target.license_files.iter().map(license).collect(),
            transcripts,
        }
    }
}

/// The asset whose bytecode is hashed: one that records a hash, or goes by the name of a published artifact.
pub(super) fn hashed(target: &Target) -> Option<&Asset> {
    let asset = target.asset.present()?;
    let recorded = matches!(asset.recorded_hash, RecordedHash::Sha256(_));
    let manifest = target.manifest.present();
    let name = manifest.and_then(|manifest| manifest.name());
    (recorded || name.and_then(published).is_some()).then_some(asset)
}

fn content_hash(target: &Target, progress: impl FnMut(u64)) -> ContentHash {
    let Some(asset) = hashed(target) else {
        return ContentHash::Skipped;
    };
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
