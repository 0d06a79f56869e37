//! What a checkout is and can do, in one reading.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::Capability;
use super::definition::{CapabilityDefinition, Standing};
use super::era::{Era, EraDefinition, era_of};
use super::feature::{Feature, FeatureDefinition};
use super::reader::Reader;
use crate::checkout::recognition::MANIFEST;
use crate::checkout::swift::{Dependency, branch_dependencies, code};
use crate::checkout::tree::{TreeView, text};

/// Where a checkout's capability comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Upstream's own text has it.
    Native,
    /// A patch of the stack has put it there.
    Patched,
    /// Text that is neither upstream's nor the stack's has it.
    Provided,
    /// Not there, and a patch of the stack would put it there.
    Patchable,
    /// Nothing is there that could have it or lack it.
    NoPath,
    /// Nobody has described the text that decides it.
    Unknown,
}

/// Everything a checkout is held against.
#[derive(Debug, Clone, Copy)]
pub struct Definitions<'a> {
    /// The eras, newest first.
    pub eras: &'a [EraDefinition],
    /// The capabilities.
    pub capabilities: &'a [CapabilityDefinition],
    /// The features.
    pub features: &'a [FeatureDefinition],
}

/// What an engine checkout is and can do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// `None` where the content is of no known era.
    pub era: Option<Era>,
    /// What sets the era apart, for people; empty without one.
    pub era_title: String,
    /// What it can do; a capability it is known to lack is not in the map.
    pub present: BTreeMap<Capability, Presence>,
    /// What else is known of it.
    pub features: BTreeSet<Feature>,
    /// More on a capability: whose text provides it, the place nobody has described, the patch, why it is lacking.
    pub details: BTreeMap<Capability, String>,
    /// The packages its manifest takes from a branch: no package can then ask for this one by version.
    pub from_branches: Vec<Dependency>,
}

impl Survey {
    /// Whether the checkout can do it: natively, by patch or by somebody else's text.
    pub fn has(&self, capability: Capability) -> bool {
        matches!(
            self.present.get(&capability),
            Some(Presence::Native | Presence::Patched | Presence::Provided)
        )
    }

    /// Whether it is known that it cannot do it, and no patch of the stack would change that.
    pub fn lacks(&self, capability: Capability) -> bool {
        !self.present.contains_key(&capability)
    }

    /// Whether it can do it because a patch of the stack put it there.
    pub fn is_patched(&self, capability: Capability) -> bool {
        self.presence(capability) == Some(Presence::Patched)
    }

    /// Where it stands; `None` where it is known to be lacking.
    pub fn presence(&self, capability: Capability) -> Option<Presence> {
        self.present.get(&capability).copied()
    }

    /// Whether the checkout has a feature.
    pub fn is(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// Whether it is known to want every function of a chunked model, those for long prompts too: later engines do without.
    pub fn wants_long_prompts(&self) -> bool {
        self.era.is_some() && !self.is(Feature::PrefillGraph)
    }

    /// Whether it is known to have no engine for vision-language bundles.
    pub fn lacks_vision(&self) -> bool {
        self.era.is_some() && !self.is(Feature::VisionEngine)
    }

    /// More on a capability, for people.
    pub fn detail(&self, capability: Capability) -> Option<&str> {
        self.details.get(&capability).map(String::as_str)
    }
}

/// Surveys a tree as it is, by its own text: era, features, and where every capability stands.
///
/// It knows nothing of the stack's patches; whoever does takes them out first.
///
/// # Errors
/// When a file cannot be read.
pub fn survey(definitions: Definitions<'_>, files: &dyn TreeView) -> io::Result<Survey> {
    let reader = Reader::new(files);
    let era = era_of(definitions.eras, &reader)?;
    let mut titles = definitions.eras.iter();
    let of_era = titles.find(|definition| Some(definition.id) == era);
    let mut checkout = Survey {
        era,
        era_title: of_era.map_or_else(String::new, |definition| definition.title.clone()),
        ..Survey::default()
    };
    for capability in definitions.capabilities {
        checkout.enter(capability.id, capability.read(&reader)?);
    }
    checkout.features = features_of(definitions.features, &reader)?;
    checkout.from_branches = from_branches(files)?;
    Ok(checkout)
}

/// The packages that a tree's manifest takes from a branch.
///
/// # Errors
/// When the manifest cannot be read.
pub fn from_branches(files: &dyn TreeView) -> io::Result<Vec<Dependency>> {
    let manifest = text(files, MANIFEST)?.and_then(|text| code(&text));
    Ok(manifest.map_or_else(Vec::new, |code| branch_dependencies(&code)))
}

/// The features a tree has.
///
/// # Errors
/// When a file cannot be read.
pub fn survey_features(
    features: &[FeatureDefinition],
    files: &dyn TreeView,
) -> io::Result<BTreeSet<Feature>> {
    features_of(features, &Reader::new(files))
}

fn features_of(
    features: &[FeatureDefinition],
    reader: &Reader<'_>,
) -> io::Result<BTreeSet<Feature>> {
    let mut found = BTreeSet::new();
    for feature in features {
        if reader.all_hold(&feature.when)? {
            found.insert(feature.id);
        }
    }
    Ok(found)
}

impl Survey {
    /// Notes where a capability stands.
    pub fn enter(&mut self, id: Capability, standing: Standing) {
        let (presence, detail) = match standing {
            Standing::Native => (Some(Presence::Native), None),
            Standing::Provided { by } => (Some(Presence::Provided), by),
            Standing::Absent { remark } => (None, remark),
            Standing::NoPath { remark } => (Some(Presence::NoPath), remark),
            Standing::Unknown { place } => (Some(Presence::Unknown), Some(place)),
        };
        self.note(id, presence, detail);
    }

    /// Notes where a capability stands, and more on it.
    pub fn note(&mut self, id: Capability, presence: Option<Presence>, detail: Option<String>) {
        match presence {
            Some(presence) => self.present.insert(id, presence),
            None => self.present.remove(&id),
        };
        match detail {
            Some(detail) => self.details.insert(id, detail),
            None => self.details.remove(&id),
        };
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::checkout::tree::{Disk, Memory};
    use crate::checkout::{FileImage, FileMode, RepoPath};

    fn tree(text: &str) -> Memory {
        let image = FileImage {
            mode: FileMode::Regular,
            data: text.as_bytes().to_vec(),
        };
        Memory::new([(RepoPath::new("a.swift").unwrap(), image)])
    }

    fn capability(toml: &str) -> CapabilityDefinition {
        toml::from_str(toml).unwrap()
    }

    const STEP: &str = r#"
        id = "static-step"
        summary = ""
        requirements = []
        place = { file = "a.swift", near = "make(", what = "where it is made" }
        [[reading]]
        gives = "native"
        when = [{ file = "a.swift", code = "make(size: fixed)" }]
        [[reading]]
        gives = "provided"
        by = "somebody"
        when = [{ file = "a.swift", code = "make(size: theirs)" }]
        [[reading]]
        gives = "absent"
        when = [{ file = "a.swift", code = "make(size: 256)" }]
    "#;

    fn standing(text: &str) -> Standing {
        let tree = tree(text);
        capability(STEP).read(&Reader::new(&tree)).unwrap()
    }

    #[test]
    fn what_is_described_is_told_and_what_is_not_is_unknown_with_its_place() {
        assert_eq!(standing("make(\n  size: fixed\n)\n"), Standing::Native);
        let by = Some("somebody".to_owned());
        assert_eq!(standing("make(size: theirs)\n"), Standing::Provided { by });
        assert_eq!(
            standing("make(size: 256)\n"),
            Standing::Absent { remark: None }
        );
        let Standing::Unknown { place } = standing("\nmake(size: other) // make(size: fixed)\n")
        else {
            panic!("described");
        };
        assert_eq!(place, "a.swift line 2, where it is made");
        let both = standing("make(size: fixed)\nmake(size: 256)\n");
        assert!(matches!(both, Standing::Unknown { .. }), "{both:?}");
    }

    #[test]
    fn a_survey_tells_what_is_there_what_is_lacking_and_what_is_not_known() {
        let capabilities = [capability(STEP)];
        let definitions = Definitions {
            eras: &[],
            capabilities: &capabilities,
            features: &[],
        };
        let checkout = survey(definitions, &tree("make(size: fixed)\n")).unwrap();
        assert!(checkout.has(Capability::StaticStep));
        assert!(checkout.lacks(Capability::StaticWarmUp));
        let checkout = survey(definitions, &tree("make(size: 1)\n")).unwrap();
        assert!(!checkout.has(Capability::StaticStep) && !checkout.lacks(Capability::StaticStep));
        assert_eq!(
            checkout.detail(Capability::StaticStep),
            Some("a.swift line 1, where it is made")
        );
    }

    #[test]
    fn a_folder_is_surveyed_like_any_other_set_of_files() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.swift"), "make(size: 256)\n").unwrap();
        let files = Disk::new(folder.path());
        let standing = capability(STEP).read(&Reader::new(&files)).unwrap();
        assert_eq!(standing, Standing::Absent { remark: None });
        let path = folder.path().join("a.swift");
        std::fs::remove_file(path).unwrap();
        let standing = capability(STEP).read(&Reader::new(&files)).unwrap();
        assert!(matches!(standing, Standing::Unknown { .. }));
    }
}
