//! What a series is made of.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::checkout::capability::{
    Capability, CapabilityDefinition, Definitions, Era, EraDefinition, FeatureDefinition, Probe,
};
use crate::patch::format::error::PatchError;
use crate::patch::format::file::FilePatch;
use crate::patch::format::parse::{first_change, parse_shared};

/// Where a series comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Embedded in this program.
    BuiltIn,
    /// A folder.
    Folder(PathBuf),
}

impl Origin {
    /// What the built-in series is called.
    pub const BUILT_IN: &str = "built-in";

    /// `built-in`, or the folder as given.
    pub fn name(&self) -> String {
        match self {
            Origin::BuiltIn => Origin::BUILT_IN.to_owned(),
            Origin::Folder(folder) => folder.display().to_string(),
        }
    }

    /// The same for the same folder, however it was given.
    pub fn identity(&self) -> String {
        match self {
            Origin::Folder(folder) => {
                let whole = folder.canonicalize();
                whole.as_deref().unwrap_or(folder).display().to_string()
            }
            Origin::BuiltIn => self.name(),
        }
    }
}

/// Patches in the order they are applied in, and what they are for.
#[derive(Debug, Clone)]
pub struct Series {
    /// Where it comes from.
    pub origin: Origin,
    /// The eras it tells apart, newest first; none for a folder.
    pub eras: Vec<EraDefinition>,
    /// The capabilities it provides or recognises; none for a folder.
    pub capabilities: Vec<CapabilityDefinition>,
    /// How engines differ otherwise; none for a folder.
    pub features: Vec<FeatureDefinition>,
    /// The patches, first to last.
    pub patches: Vec<Patch>,
}

/// One patch of a series.
#[derive(Debug, Clone)]
pub struct Patch {
    /// Unique in the series.
    pub name: String,
    /// What it does, in a line; empty for a patch without a subject.
    pub title: String,
    /// The capabilities it provides; none for a folder.
    pub provides: Vec<Capability>,
    /// The same change for different engines; exactly one for a folder.
    pub variants: Vec<Variant>,
    /// The eras it has no variant for, and why.
    pub unsupported: Vec<Omission>,
}

impl Patch {
    /// The variants that may be applied.
    pub fn current(&self) -> impl Iterator<Item = &Variant> {
        self.variants.iter().filter(|variant| !variant.superseded)
    }

    /// The eras it has a variant for, in the order of its variants, each once.
    pub fn eras(&self) -> Vec<Era> {
        each_once(self.current())
    }

    /// The eras in which it provides a capability, in the order of its variants, each once.
    pub fn eras_provided(&self, capability: Capability) -> Vec<Era> {
        let provide = |variant: &&Variant| variant.provides.contains(&capability);
        each_once(self.current().filter(provide))
    }
}

fn each_once<'v>(variants: impl Iterator<Item = &'v Variant>) -> Vec<Era> {
    let mut eras = Vec::new();
    for era in variants.flat_map(|variant| &variant.eras) {
        if !eras.contains(era) {
            eras.push(*era);
        }
    }
    eras
}

/// Eras that a patch leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Omission {
    /// The eras.
    pub eras: Vec<Era>,
    /// Why, and what to do instead; a clause that can follow a colon.
    pub reason: String,
}

/// One patch file.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The eras it is written for; none where the series knows no eras.
    pub eras: Vec<Era>,
    /// The capabilities this variant provides.
    pub provides: Vec<Capability>,
    /// Relative to the series' folder.
    pub file: String,
    /// What the engine's files show once it is applied; none for a folder.
    pub present: Vec<Probe>,
    /// Whether an earlier version of the series applied it: it is told and taken out again, and never applied.
    pub superseded: bool,
    /// The eras whose engine, so patched, was compiled and run against a simulated runtime; `docs/patch-proof.md` has the
    /// commits and what was tried.
    pub proven: Vec<Era>,
    /// The SHA-256 of its changes, from the first on: what the patch does, whatever words it comes with.
    pub digest: String,
    /// The file's text.
    pub text: Arc<[u8]>,
    /// The changes, or why they cannot be read.
    pub files: Result<Vec<FilePatch>, PatchError>,
}

impl Variant {
    /// A variant that is for no era and shows nothing.
    pub(super) fn of_text(file: &str, text: Vec<u8>) -> Variant {
        let text: Arc<[u8]> = text.into();
        Variant {
            files: parse_shared(&text),
            digest: hex::encode(Sha256::digest(&text[first_change(&text)..])),
            text,
            eras: Vec::new(),
            provides: Vec::new(),
            file: file.to_owned(),
            present: Vec::new(),
            superseded: false,
            proven: Vec::new(),
        }
    }
}

impl Series {
    /// The patch of this name, or of this file.
    pub fn find(&self, name: &str) -> Option<&Patch> {
        let is_file = |patch: &&Patch| patch.variants.iter().any(|variant| variant.file == name);
        let named = self.patches.iter().find(|patch| patch.name == name);
        named.or_else(|| self.patches.iter().find(is_file))
    }

    /// Why no variant of a patch is for this era, where the series says so.
    pub fn unsupported_reason(&self, patch: &str, era: Era) -> Option<&str> {
        let unsupported = &self.find(patch)?.unsupported;
        let entry = unsupported.iter().find(|entry| entry.eras.contains(&era));
        entry.map(|entry| entry.reason.as_str())
    }

    /// What a checkout is held against.
    pub fn definitions(&self) -> Definitions<'_> {
        Definitions {
            eras: &self.eras,
            capabilities: &self.capabilities,
            features: &self.features,
        }
    }

    /// The era of this id.
    pub fn era(&self, id: Era) -> Option<&EraDefinition> {
        self.eras.iter().find(|definition| definition.id == id)
    }
}
