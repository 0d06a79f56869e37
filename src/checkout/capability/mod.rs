//! Capabilities and eras of an engine checkout, recognised by content.
//!
//! The definitions are data (`patches/series.toml`); this module evaluates them on any set of files,
//! so that a clone, a shallow clone and an unpacked archive are judged alike.

use std::collections::BTreeMap;
use std::{fmt, io};

use git2::{ObjectType, Oid};
use serde::{Deserialize, Deserializer, Serialize};

use crate::checkout::tree::{TreeView, text};

/// Something a bundle class needs of an engine checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// The low-level runtime is exported as a library product.
    SharedProduct,
    /// Two to four states are carried.
    ExtraStates,
    /// Static S=1 graphs: logits buffer and prefill chunk (H1, H2).
    StaticStep,
    /// Warm-up lengths clamped to the static query length (H3).
    StaticWarmUp,
}

impl Capability {
    /// Every capability, in order.
    pub const ALL: [Capability; 4] = [
        Capability::SharedProduct,
        Capability::ExtraStates,
        Capability::StaticStep,
        Capability::StaticWarmUp,
    ];

    /// The id used in `patches/series.toml` and in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Capability::SharedProduct => "shared-product",
            Capability::ExtraStates => "extra-states",
            Capability::StaticStep => "static-step",
            Capability::StaticWarmUp => "static-warm-up",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// A stretch of the engine's history with one state contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Era {
    /// From tag 0.1.0: exactly two states, shared decode buffers.
    E0,
    /// The 0.2.0 line: exactly two states, rotated buffers, implicit prefix cache.
    E1,
    /// Two to four states.
    E2,
    /// E2 and GPU-constrained generation.
    E3,
    /// E3 and static query and logits recognised natively.
    E4,
}

impl fmt::Display for Era {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// One question about one file. A file that is not there satisfies `exists = false` alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ProbeFields")]
pub struct Probe {
    /// Relative to the checkout's root, `/`-separated.
    pub file: String,
    /// The question.
    pub test: ProbeTest,
}

/// What a probe asks of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeTest {
    /// The text occurs in the file.
    Contains(String),
    /// The file is there and the text does not occur in it.
    Lacks(String),
    /// The file's git blob id is one of these.
    Blob(Vec<Oid>),
    /// The file is there, or is not.
    Exists(bool),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProbeFields {
    file: String,
    contains: Option<String>,
    lacks: Option<String>,
    blob: Option<Vec<String>>,
    exists: Option<bool>,
}

/// Why a probe's definition is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// None or several of the tests given.
    #[error("a probe of {0} needs exactly one of `contains`, `lacks`, `blob`, `exists`")]
    NotOneTest(String),
    /// Text that every file has.
    #[error("a probe of {0} looks for an empty text")]
    EmptyText(String),
    /// Not 40 hexadecimal digits.
    #[error("a probe of {file} names `{id}`, which is not a full blob id")]
    ShortBlob {
        /// The probe's file.
        file: String,
        /// What was given.
        id: String,
    },
}

impl TryFrom<ProbeFields> for Probe {
    type Error = ProbeError;

    fn try_from(fields: ProbeFields) -> Result<Probe, ProbeError> {
        let file = fields.file;
        let test = match (fields.contains, fields.lacks, fields.blob, fields.exists) {
            (Some(text), None, None, None) => ProbeTest::Contains(some_text(&file, text)?),
            (None, Some(text), None, None) => ProbeTest::Lacks(some_text(&file, text)?),
            (None, None, Some(ids), None) => ProbeTest::Blob(full_ids(&file, &ids)?),
            (None, None, None, Some(there)) => ProbeTest::Exists(there),
            _ => return Err(ProbeError::NotOneTest(file)),
        };
        Ok(Probe { file, test })
    }
}

fn some_text(file: &str, text: String) -> Result<String, ProbeError> {
    if text.is_empty() {
        return Err(ProbeError::EmptyText(file.to_owned()));
    }
    Ok(text)
}

fn full_ids(file: &str, ids: &[String]) -> Result<Vec<Oid>, ProbeError> {
    ids.iter()
        .map(|id| {
            Oid::from_str(id)
                .ok()
                .filter(|_| id.len() == 40)
                .ok_or_else(|| ProbeError::ShortBlob {
                    file: file.to_owned(),
                    id: id.clone(),
                })
        })
        .collect()
}

impl Probe {
    /// Whether the answer is yes in this tree.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn holds(&self, files: &dyn TreeView) -> io::Result<bool> {
        let Some(data) = text(files, &self.file)? else {
            return Ok(self.test == ProbeTest::Exists(false));
        };
        Ok(match &self.test {
            ProbeTest::Contains(text) => contains(&data, text),
            ProbeTest::Lacks(text) => !contains(&data, text),
            ProbeTest::Blob(ids) => {
                let id = Oid::hash_object(ObjectType::Blob, &data).map_err(io::Error::other)?;
                ids.contains(&id)
            }
            ProbeTest::Exists(there) => *there,
        })
    }
}

fn contains(data: &[u8], text: &str) -> bool {
    memchr::memmem::find(data, text.as_bytes()).is_some()
}

/// Whether every probe holds.
///
/// # Errors
/// When a file cannot be read.
pub fn all_hold(probes: &[Probe], files: &dyn TreeView) -> io::Result<bool> {
    for probe in probes {
        if !probe.holds(files)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether every probe of at least one group holds.
///
/// # Errors
/// When a file cannot be read.
pub fn holds(any_of: &[Vec<Probe>], files: &dyn TreeView) -> io::Result<bool> {
    for group in any_of {
        if all_hold(group, files)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How an era is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraDefinition {
    /// The era.
    pub id: Era,
    /// What sets it apart, for people.
    pub title: String,
    /// All of these hold; never empty.
    #[serde(deserialize_with = "some_probes")]
    pub when: Vec<Probe>,
}

/// How a capability is recognised where upstream has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapabilityDefinition {
    /// The capability.
    pub id: Capability,
    /// What it is, for people.
    pub summary: String,
    /// The requirements it meets, such as `H1`.
    pub requirements: Vec<String>,
    /// Any group holds, each of them wholly; no group where upstream never had it.
    #[serde(deserialize_with = "groups_of_some_probes")]
    pub native: Vec<Vec<Probe>>,
}

fn some_probes<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<Probe>, D::Error> {
    let probes = Vec::deserialize(input)?;
    if probes.is_empty() {
        return Err(serde::de::Error::custom("an empty probe list always holds"));
    }
    Ok(probes)
}

fn groups_of_some_probes<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<Vec<Probe>>, D::Error> {
    let groups = Vec::<Vec<Probe>>::deserialize(input)?;
    if groups.iter().any(Vec::is_empty) {
        return Err(serde::de::Error::custom("an empty probe list always holds"));
    }
    Ok(groups)
}

/// The first era whose probes all hold; `None` where the content is of none of them.
///
/// # Errors
/// When a file cannot be read.
pub fn recognise_era(eras: &[EraDefinition], files: &dyn TreeView) -> io::Result<Option<Era>> {
    for era in eras {
        if all_hold(&era.when, files)? {
            return Ok(Some(era.id));
        }
    }
    Ok(None)
}

/// Where the bundle layer resolves an asset's path, and the function that knows the compiled twin.
///
/// Source: engine commit `57a0a63` (2026-08-04).
const ASSET_RESOLUTION: (&str, &str) = (
    "swift/Sources/CoreAIShared/Bundle/ModelBundle.swift",
    "func resolveAssetURL(",
);

/// Whether the engine looks for `name.aimodelc` where `name.aimodel` is declared and absent.
///
/// # Errors
/// When the file cannot be read.
pub fn finds_compiled_assets(files: &dyn TreeView) -> io::Result<bool> {
    let (file, function) = ASSET_RESOLUTION;
    let data = text(files, file)?;
    Ok(data.is_some_and(|data| contains(&data, function)))
}

/// Where a checkout's capability comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Upstream's own text has it.
    Native,
    /// A patch of the stack has put it there.
    Patched,
}

/// What a patch leaves in the files once it is applied.
#[derive(Debug, Clone, Copy)]
pub struct Provision<'a> {
    /// What it gives.
    pub provides: &'a [Capability],
    /// All of these hold once it is applied.
    pub present: &'a [Probe],
}

/// What an engine checkout is and can do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkout {
    /// `None` where the content is of no known era.
    pub era: Option<Era>,
    /// What it can do; a capability it lacks is not in the map.
    pub present: BTreeMap<Capability, Presence>,
}

impl Checkout {
    /// Whether the checkout can do it, natively or by patch.
    pub fn has(&self, capability: Capability) -> bool {
        self.present.contains_key(&capability)
    }

    /// Whether it can do it because a patch of the stack put it there.
    ///
    /// The stack's patches for the pipelined engine bring more than their capabilities: they feed the token that a
    /// limit left out, replay where a rewind would corrupt, bind every state in guided steps and let a cancel into a
    /// long prefill.
    pub fn is_patched(&self, capability: Capability) -> bool {
        self.present.get(&capability) == Some(&Presence::Patched)
    }
}

/// Surveys a tree as it is: its era, and every capability it has natively or by a patch of the stack.
///
/// A patch's own text is looked for first, so that a patched tree is never taken for a native one.
///
/// # Errors
/// When a file cannot be read.
pub fn survey<'a>(
    eras: &[EraDefinition],
    capabilities: &[CapabilityDefinition],
    provisions: impl IntoIterator<Item = Provision<'a>>,
    files: &dyn TreeView,
) -> io::Result<Checkout> {
    let mut present = BTreeMap::new();
    for capability in capabilities {
        if holds(&capability.native, files)? {
            present.insert(capability.id, Presence::Native);
        }
    }
    for provision in provisions {
        if all_hold(provision.present, files)? {
            present.extend(provision.provides.iter().map(|id| (*id, Presence::Patched)));
        }
    }
    let era = recognise_era(eras, files)?;
    Ok(Checkout { era, present })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::checkout::tree::{Folder, Memory};
    use crate::checkout::{FileImage, FileMode, RepoPath};

    fn two_files() -> Memory {
        let files = [("a.swift", "let x = 1\n"), ("b.swift", "")];
        Memory::new(files.iter().map(|(path, text)| {
            let image = FileImage {
                mode: FileMode::Regular,
                data: text.as_bytes().to_vec(),
            };
            (RepoPath::new(path).unwrap(), image)
        }))
    }

    fn probe(toml: &str) -> Result<Probe, toml::de::Error> {
        toml::from_str(toml)
    }

    fn answer(toml: &str) -> bool {
        probe(toml).unwrap().holds(&two_files()).unwrap()
    }

    #[test]
    fn each_test_answers_for_the_file_it_names() {
        assert!(answer("file = 'a.swift'\ncontains = 'x = 1'"));
        assert!(!answer("file = 'b.swift'\ncontains = 'x = 1'"));
        assert!(answer("file = 'b.swift'\nlacks = 'x = 1'"));
        assert!(!answer("file = 'a.swift'\nlacks = 'x = 1'"));
        assert!(answer("file = 'a.swift'\nexists = true"));
        assert!(!answer("file = 'a.swift'\nexists = false"));
        // The blob id of an empty file is a constant of git.
        assert!(answer(
            "file = 'b.swift'\nblob = ['e69de29bb2d1d6434b8b29ae775ad8c2e48c5391']"
        ));
        assert!(!answer(
            "file = 'a.swift'\nblob = ['e69de29bb2d1d6434b8b29ae775ad8c2e48c5391']"
        ));
    }

    #[test]
    fn an_absent_file_satisfies_absence_alone() {
        assert!(answer("file = 'c.swift'\nexists = false"));
        assert!(!answer("file = 'c.swift'\nexists = true"));
        assert!(!answer("file = 'c.swift'\nlacks = 'x'"));
        assert!(!answer("file = 'c.swift'\ncontains = 'x'"));
    }

    #[test]
    fn a_probe_that_cannot_fail_or_asks_nothing_is_refused() {
        for bad in [
            "file = 'a'",
            "file = 'a'\ncontains = ''",
            "file = 'a'\nlacks = ''",
            "file = 'a'\ncontains = 'x'\nexists = true",
            "file = 'a'\nblob = ['e69de29']",
            "file = 'a'\nholds = 'x'",
        ] {
            assert!(probe(bad).is_err(), "accepted: {bad}");
        }
        assert!(toml::from_str::<EraDefinition>("id = 'E1'\ntitle = ''\nwhen = []").is_err());
    }

    fn era(id: Era, text: &str) -> EraDefinition {
        EraDefinition {
            id,
            title: String::new(),
            when: vec![contains_probe(text)],
        }
    }

    fn contains_probe(text: &str) -> Probe {
        Probe {
            file: "a.swift".to_owned(),
            test: ProbeTest::Contains(text.to_owned()),
        }
    }

    #[test]
    fn the_first_era_that_holds_is_the_era() {
        let eras = [
            era(Era::E2, "nowhere"),
            era(Era::E1, "x"),
            era(Era::E0, "let"),
        ];
        assert_eq!(recognise_era(&eras, &two_files()).unwrap(), Some(Era::E1));
        assert_eq!(recognise_era(&eras[..1], &two_files()).unwrap(), None);
    }

    #[test]
    fn a_patched_capability_is_not_called_native() {
        let capability = |id, text: &str| CapabilityDefinition {
            id,
            summary: String::new(),
            requirements: Vec::new(),
            native: vec![vec![contains_probe(text)]],
        };
        let capabilities = [
            capability(Capability::SharedProduct, "x"),
            capability(Capability::ExtraStates, "x"),
            capability(Capability::StaticStep, "nowhere"),
        ];
        let present = [contains_probe("= 1")];
        let provision = Provision {
            provides: &[Capability::ExtraStates],
            present: &present,
        };
        let checkout = survey(&[], &capabilities, [provision], &two_files()).unwrap();
        assert_eq!(checkout.era, None);
        assert_eq!(
            checkout.present,
            BTreeMap::from([
                (Capability::SharedProduct, Presence::Native),
                (Capability::ExtraStates, Presence::Patched),
            ])
        );
        assert!(!checkout.has(Capability::StaticStep));
    }

    #[test]
    fn a_folder_reads_its_files_and_calls_the_rest_absent() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.swift"), "text").unwrap();
        let files = Folder::new(folder.path());
        assert_eq!(text(&files, "a.swift").unwrap().unwrap(), b"text");
        assert_eq!(text(&files, "b.swift").unwrap(), None);
        assert_eq!(text(&files, "a.swift/c").unwrap(), None);
    }
}
