//! The profiles that come with the program.

use std::path::Path;
use std::sync::LazyLock;

use super::{Profile, ProfileError, Published};

const TEXTS: [&str; 7] = [
    include_str!("data/granite-4.0-h-1b.toml"),
    include_str!("data/granite-4.0-h-350m.toml"),
    include_str!("data/granite-4.1-3b.toml"),
    include_str!("data/nemotron-3-nano-4b.toml"),
    include_str!("data/qwen3.5-0.8b.toml"),
    include_str!("data/qwen3.5-0.8b-apple.toml"),
    include_str!("data/lfm2.5-1.2b.toml"),
];

static BUILTIN: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    // A unit test holds every embedded text to `parse`, so nothing is dropped here.
    TEXTS
        .into_iter()
        .filter_map(|text| Profile::parse(text).ok())
        .collect()
});

/// The built-in profiles.
pub fn builtin() -> &'static [Profile] {
    &BUILTIN
}

/// Their names.
pub fn names() -> impl Iterator<Item = &'static str> {
    builtin().iter().map(|profile| profile.name.as_str())
}

/// The published artifact of that bundle name, of any built-in profile.
pub fn published(bundle: &str) -> Option<&'static Published> {
    artifacts().find(|artifact| artifact.bundle == bundle)
}

/// The published artifact whose bytecode file has that SHA-256 (hex), of any built-in profile.
pub fn published_by_hash(sha256: &str) -> Option<&'static Published> {
    artifacts().find(|artifact| artifact.sha256 == sha256)
}

fn artifacts() -> impl Iterator<Item = &'static Published> {
    builtin()
        .iter()
        .flat_map(|profile| &profile.forms)
        .filter_map(|form| form.published.as_ref())
}

impl Profile {
    /// A built-in profile by name, or else a profile file.
    ///
    /// # Errors
    /// When it is neither, or the file is not a profile.
    pub fn named(name: &str) -> Result<Profile, ProfileError> {
        if let Some(profile) = builtin().iter().find(|profile| profile.name == name) {
            return Ok(profile.clone());
        }
        let path = Path::new(name);
        if path.exists() {
            return Profile::open(path);
        }
        Err(ProfileError::Unknown {
            name: name.to_owned(),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_profile_parses_and_round_trips() {
        assert_eq!(builtin().len(), TEXTS.len());
        for (text, profile) in TEXTS.iter().zip(builtin()) {
            assert_eq!(Profile::parse(text).unwrap(), *profile);
            let written = profile.to_toml().unwrap();
            assert_eq!(Profile::parse(&written).unwrap(), *profile, "{written}");
        }
    }

    #[test]
    fn published_artifacts_are_found_by_bundle_name() {
        let found = published("granite_4_0_h_350m_decode_fp16").unwrap();
        assert_eq!(found.bytes, 681_106_231);
        assert_eq!(published("granite"), None);
    }
}
