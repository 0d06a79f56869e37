//! Facts about a target that rules need and that lie outside its manifest, asset and tokenizer.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::bundle::{Releases, Target, TargetKind, Transcript};
use crate::model::{Asset, RecordedHash};
use crate::profile::published;

use super::{ContentHash, LicenseFile};

/// Bytes of a license file read to recognise it.
const LICENSE_BYTES: u64 = 4096;

/// Words that only the beginning of a license's own text holds together, and the license's SPDX id.
const LICENSES: &[(&[&str], &str)] = &[
    (&["apache license", "version 2.0"], "Apache-2.0"),
    (&["mit license"], "MIT"),
    (&["permission is hereby granted, free of charge"], "MIT"),
    (&["gnu affero general public license"], "AGPL-3.0-only"),
    (&["gnu lesser general public license"], "LGPL-3.0-only"),
    (&["gnu general public license"], "GPL-3.0-only"),
    (&["mozilla public license", "2.0"], "MPL-2.0"),
    (
        &[
            "redistribution and use in source and binary forms",
            "neither the name",
        ],
        "BSD-3-Clause",
    ),
];

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
            licenses: target
                .license_files
                .iter()
                .map(|path| license(path))
                .collect(),
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

fn license(path: &Path) -> LicenseFile {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    LicenseFile {
        name: name.into_owned(),
        spdx: beginning(path).as_deref().and_then(recognise),
    }
}

fn beginning(path: &Path) -> Option<String> {
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path)
        .ok()?
        .take(LICENSE_BYTES)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The license a text begins like, by words and whatever its line breaks.
fn recognise(text: &str) -> Option<&'static str> {
    let words = text.split_whitespace().collect::<Vec<_>>();
    let plain = words.join(" ").to_lowercase();
    LICENSES
        .iter()
        .find(|(phrases, _)| phrases.iter().all(|phrase| plain.contains(phrase)))
        .map(|(_, spdx)| *spdx)
}

#[cfg(test)]
mod tests {
    use super::recognise;

    #[test]
    fn licenses_are_known_by_their_first_lines() {
        let apache = include_str!("../../LICENSE");
        assert_eq!(recognise(apache), Some("Apache-2.0"));
        assert_eq!(recognise("MIT License\n\nCopyright (c) 2026"), Some("MIT"));
        assert_eq!(recognise("All rights reserved."), None);
    }
}
