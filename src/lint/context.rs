//! What a rule may look at.

use serde_json::Value;

use crate::bundle::{Language, Manifest, Target, TargetKind, Tokenizer, Transcript, pointer};
use crate::checkout::capability::{Capability, Survey};
use crate::engine::deployment::Deployment;
use crate::finding::{Level, Location};
use crate::model::{Asset, Function};
use crate::profile::{Platform, Profile};

use super::Accepted;

/// The file looked for in the folders above a bundle.
pub const CONFIG_FILE: &str = "granite-bundle.toml";

/// The manifest's file name inside a bundle.
pub const MANIFEST_FILE: &str = "metadata.json";

/// The SHA-256 of the bytecode file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ContentHash {
    /// Not asked for, or nothing to hash.
    #[default]
    Skipped,
    /// Computed from the file.
    Computed([u8; 32]),
    /// The file could not be read to its end; why.
    Failed(String),
}

/// A license file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseFile {
    /// Its name.
    pub name: String,
    /// SPDX id of the license it is the text of, if it is a known one.
    pub spdx: Option<&'static str>,
}

/// Everything a rule may look at; rules never read files themselves.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The bundle or bare asset.
    pub target: &'a Target,
    /// What the engine that takes it makes of it; `None` where none does.
    pub deployment: Option<&'a Deployment<'a>>,
    /// The model's profile, if one was named or recognised.
    pub profile: Option<&'a Profile>,
    /// The profile of another model of the bundle's kind, where one was looked for and none fits.
    pub kin: Option<&'a Profile>,
    /// The engine checkout, with `--engine`.
    pub engine: Option<&'a Survey>,
    /// The platform asked for by the profile or the user.
    pub platform: Platform,
    /// The hash of the main asset's bytecode.
    pub hash: &'a ContentHash,
    /// The same of the side assets, in their order.
    pub side_hashes: &'a [ContentHash],
    /// The bundle's license files, recognised by their first lines.
    pub licenses: &'a [LicenseFile],
    /// Gate transcripts of the bundle and its release folder.
    pub transcripts: &'a [Transcript],
    /// What is known of the configuration; only while its own rules run.
    pub configuration: ConfigurationFacts<'a>,
}

/// What a run showed about a configuration.
#[derive(Debug, Clone, Copy, Default)]
pub struct ConfigurationFacts<'a> {
    /// Baseline entries whose finding is gone.
    pub stale: &'a [&'a Accepted],
    /// Baseline entries that covered a finding until their date.
    pub expired: &'a [&'a Accepted],
    /// Why it cannot be used, one sentence.
    pub unusable: Option<&'a str>,
}

/// An asset with the role the manifest gives it; a bare asset is `main`.
#[derive(Debug, Clone, Copy)]
pub struct RoleAsset<'a> {
    /// Its key in `assets`.
    pub role: &'a str,
    /// What it says.
    pub asset: &'a Asset,
    /// The hash of its bytecode.
    pub hash: &'a ContentHash,
}

impl RoleAsset<'_> {
    /// The subject of a finding about a part of it: `asset.hash`, or for a side asset `assets.vision.hash`.
    pub fn subject(&self, part: &str) -> String {
        match self.role {
            "main" => format!("asset.{part}"),
            role => format!("assets.{role}.{part}"),
        }
    }

    /// The subject of a finding about what the manifest declares.
    pub fn declared(&self) -> String {
        format!("assets.{}", self.role)
    }

    /// How a sentence that begins with it names it.
    pub fn named(&self) -> String {
        match self.role {
            "main" => "the asset".to_owned(),
            role => format!("the asset {role}"),
        }
    }
}

/// What has to be there for a rule to have something to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Need {
    /// A readable `metadata.json`.
    Manifest,
    /// A readable asset, the main one or another.
    Asset,
    /// A tokenizer folder.
    Tokenizer,
    /// An engine checkout.
    Engine,
    /// A profile.
    Profile,
}

impl Need {
    /// The word `rules` shows.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl<'a> Context<'a> {
    /// True if this is there.
    pub fn has(&self, need: Need) -> bool {
        match need {
            Need::Manifest => self.manifest().is_some(),
            Need::Asset => self.assets().next().is_some(),
            Need::Tokenizer => self.tokenizer().is_some(),
            Need::Engine => self.engine.is_some(),
            Need::Profile => self.profile.is_some(),
        }
    }

    /// True for a LanguageBundle folder, false for a bare asset.
    pub fn is_bundle(&self) -> bool {
        self.target.kind == TargetKind::Bundle
    }

    /// The bundle's manifest, if it could be read.
    pub fn manifest(&self) -> Option<&'a Manifest> {
        self.target.manifest.present()
    }

    /// The manifest's `language` object.
    pub fn language(&self) -> Option<Language<'a>> {
        self.manifest()?.language()
    }

    /// Every asset that could be read, the main one first.
    pub fn assets(&self) -> impl Iterator<Item = RoleAsset<'a>> + use<'a> {
        let Context {
            target,
            hash,
            side_hashes,
            ..
        } = *self;
        let main = target.asset.present().map(|asset| RoleAsset {
            role: "main",
            asset,
            hash,
        });
        let sides = target.side_assets.iter().enumerate();
        let sides = sides.filter_map(move |(place, side)| {
            Some(RoleAsset {
                role: &side.role,
                asset: side.asset.present()?,
                hash: side_hashes.get(place).unwrap_or(&ContentHash::Skipped),
            })
        });
        main.into_iter().chain(sides)
    }

    /// The main asset, if it could be read.
    pub fn asset(&self) -> Option<&'a Asset> {
        self.target.asset.present()
    }

    /// The tokenizer folder's facts, if it could be read.
    pub fn tokenizer(&self) -> Option<&'a Tokenizer> {
        self.target.tokenizer.present()
    }

    /// The function the engine loads: `function_map.main[0]`, else `main`.
    pub fn function(&self) -> Option<&'a Function> {
        let name = self
            .language()
            .map_or("main", |language| language.main_function());
        self.asset()?.function(name)
    }

    /// The names by which the bundle goes, with the subject each belongs to: the manifest's, then the
    /// asset folder's without its extension.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &'a str)> + use<'a> {
        let manifest = self.manifest().and_then(|manifest| manifest.name());
        let asset = self.asset().map(|asset| asset.name.as_str());
        let named = manifest.map(|name| ("name", name));
        named
            .into_iter()
            .chain(asset.map(|stem| ("assets.main", stem)))
    }

    /// The level of something the engine must be able to do.
    ///
    /// Without a checkout, or on one that can: a note that names the need. On one that is known not to: `lacking`. On one
    /// that can once it is patched, or of which it is not known: no more than a warning.
    pub fn level_by_engine(&self, needed: &[Capability], lacking: Level) -> Level {
        let Some(engine) = self.engine else {
            return Level::Note;
        };
        if needed.iter().any(|need| engine.lacks(*need)) {
            lacking
        } else if needed.iter().all(|need| engine.has(*need)) {
            Level::Note
        } else {
            lacking.min(Level::Warning)
        }
    }

    /// The level of something that matters on iOS only: `asked` when the platform is asked for, else a note.
    pub fn level_on_ios(&self, asked: Level) -> Level {
        match self.platform {
            Platform::Ios => asked,
            Platform::Any => Level::Note,
        }
    }

    /// The line of a JSON pointer in the manifest, or of its nearest existing ancestor.
    pub fn manifest_at(&self, pointer: &str) -> Option<Location> {
        let line = self.manifest()?.document.line_of(pointer);
        Some(Location {
            file: MANIFEST_FILE.to_owned(),
            line,
        })
    }

    /// Where a finding about `subject` is anchored when its rule names no place.
    ///
    /// A subject that begins with a key of the manifest is anchored on that value; everything else (functions,
    /// weights, the asset) on the line that names the asset.
    pub fn anchor(&self, subject: &str) -> Option<Location> {
        let head = subject.split('.').next().unwrap_or(subject);
        let found = match NO_KEYS.contains(&head) {
            true => None,
            false => member(&self.manifest()?.document.value, "", subject),
        };
        self.manifest_at(found.as_deref().unwrap_or("/assets/main"))
    }
}

/// First segments of subjects that are not about the manifest, even where it has such a key.
const NO_KEYS: [&str; 6] = [
    "functions",
    "asset",
    "weights",
    "operations",
    "tokenizer",
    "transcript",
];

/// The pointer of what a dotted path leads to in an object, or of the last part of it that is there; none if nothing is.
///
/// A key may have dots of its own: the longest one that the path begins with is taken.
fn member(value: &Value, parent: &str, path: &str) -> Option<String> {
    let begins = |key: &&String| {
        let rest = path.strip_prefix(key.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let key = value
        .as_object()?
        .keys()
        .filter(begins)
        .max_by_key(|key| key.len())?;
    let here = pointer(parent, key);
    let rest = path[key.len()..].strip_prefix('.');
    let deeper = rest.and_then(|rest| member(&value[key.as_str()], &here, rest));
    Some(deeper.unwrap_or(here))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_dotted_path_is_followed_through_keys_with_dots_and_slashes() {
        let value = json!({
            "user_data": { "a.b/c": 1, "a": { "b/c": 2 }, "~": 3 },
            "language": { "states": { "x.y": "kv" } },
        });
        for (subject, found) in [
            ("user_data.a.b/c", Some("/user_data/a.b~1c")),
            ("user_data.a", Some("/user_data/a")),
            ("user_data.~", Some("/user_data/~0")),
            ("language.states.x.y", Some("/language/states/x.y")),
            ("language.vocab_size", Some("/language")),
            ("name", None),
        ] {
            assert_eq!(member(&value, "", subject).as_deref(), found, "{subject}");
        }
    }
}
