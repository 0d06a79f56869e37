//! Ways of breaking a good bundle, each a mistake people make.

mod asset;
mod engine;
mod graph;
mod kinds;
mod manifest;
mod profile;
mod program;
mod tokenizer;
mod transcript;
mod values;
mod weights;

pub(crate) use engine::READY;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use granite_bundle::checkout::capability::{Capability, Era, Feature, Presence, Survey};
use granite_bundle::lint::Platform;
use granite_bundle::lint::fleet::{ProfileChoice, Settings};
use granite_bundle::profile::{Profile, builtin};
use granite_bundle_testkit::bundle::Bundle;
use granite_bundle_testkit::granite::Granite;
use serde_json::Value;

use crate::good::Base;

/// One mistake and the rules that have to catch it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mutant {
    /// What was done wrong.
    pub(crate) name: &'static str,
    /// The bundle it was done to.
    pub(crate) base: Base,
    /// What was changed.
    pub(crate) change: Change,
    /// What the user asked for.
    pub(crate) setting: Setting,
    /// Level and rule of each new finding, the rules that catch it and no other.
    pub(crate) caught: &'static [&'static str],
}

/// What a mutant changes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    /// Nothing: the setting alone.
    None,
    /// The model before its asset is written.
    Granite(fn(&mut Granite)),
    /// The parts of the bundle before they are written.
    Bundle(fn(&mut Bundle)),
    /// `metadata.json`.
    Manifest(fn(&mut Value)),
    /// `tokenizer/tokenizer_config.json`.
    Tokenizer(fn(&mut Value)),
    /// The written folder.
    Disk(fn(&Path)),
}

/// What the user asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    /// `lint DIR --no-hash`.
    Plain,
    /// `lint DIR`.
    Hashed,
    /// `lint DIR --no-hash --platform ios`.
    Ios,
    /// `lint DIR/NAME.aimodel --no-hash`.
    Bare,
    /// `lint DIR --no-hash --profile FILE` with the Granite profiles as somebody else's.
    OwnProfile,
    /// `lint Chat.app/DIR --no-hash`.
    InApp,
    /// `lint DIR --no-hash --engine` with a checkout of that era, these capabilities and features.
    Engine(
        &'static str,
        &'static [(Capability, Presence)],
        &'static [Feature],
    ),
}

impl Setting {
    pub(crate) fn settings(self, base: Base) -> Arc<Settings> {
        let engine = match self {
            Setting::Engine(era, capabilities, features) => Some(Arc::new(Survey {
                era: Era::new(era),
                present: capabilities.iter().copied().collect(),
                features: features.iter().copied().collect(),
                ..Survey::default()
            })),
            _ => None,
        };
        Arc::new(Settings {
            config: None,
            gate: granite_bundle::lint::Gate::default(),
            profile: match self {
                Setting::OwnProfile => ProfileChoice::Named(Box::new(own_profile(base))),
                _ => ProfileChoice::Auto(Vec::new()),
            },
            platform: (self == Setting::Ios).then_some(Platform::Ios),
            engine,
            hash: self == Setting::Hashed,
        })
    }
}

/// The built-in profile of a Granite, called another family, so that the rules of profiles in general apply.
fn own_profile(base: Base) -> Profile {
    let size = if base == Base::Small { "350m" } else { "1b" };
    let mut all = builtin().iter();
    let mut profile = all
        .find(|profile| profile.name.ends_with(size))
        .expect("a built-in profile")
        .clone();
    profile.family = "hybrid".to_owned();
    profile
}

/// A mistake in the manifest.
const fn manifest(
    name: &'static str,
    change: fn(&mut Value),
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, Base::Int8lin, Change::Manifest(change), caught)
}

/// A mistake in the folder.
const fn disk(name: &'static str, change: fn(&Path), caught: &'static [&'static str]) -> Mutant {
    Mutant::new(name, Base::Int8lin, Change::Disk(change), caught)
}

/// A mistake in the model.
const fn granite(
    name: &'static str,
    change: fn(&mut Granite),
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, Base::Int8lin, Change::Granite(change), caught)
}

impl Mutant {
    /// Writes the broken bundle.
    pub(crate) fn write(&self, folder: &Path) {
        let mut bundle = match self.change {
            Change::Granite(change) => {
                let mut granite = self.base.granite().expect("a Granite base");
                change(&mut granite);
                self.base.around(&granite)
            }
            _ => self.base.bundle(),
        };
        match self.change {
            Change::Bundle(change) => change(&mut bundle),
            Change::Manifest(change) => change(bundle.manifest.as_mut().unwrap()),
            Change::Tokenizer(change) => change(bundle.tokenizer_config.as_mut().unwrap()),
            Change::None | Change::Granite(_) | Change::Disk(_) => {}
        }
        bundle.write(folder).unwrap();
        if let Change::Disk(change) = self.change {
            change(folder);
        }
    }

    /// What has to be new, as `level rule`.
    pub(crate) fn expected(&self) -> BTreeSet<String> {
        self.caught
            .iter()
            .map(|caught| (*caught).to_owned())
            .collect()
    }

    const fn new(
        name: &'static str,
        base: Base,
        change: Change,
        caught: &'static [&'static str],
    ) -> Mutant {
        Mutant {
            name,
            base,
            change,
            setting: Setting::Plain,
            caught,
        }
    }

    const fn with(mut self, setting: Setting) -> Mutant {
        self.setting = setting;
        self
    }
}

/// Every mutant, in the order of the documentation.
pub(crate) fn all() -> impl Iterator<Item = &'static Mutant> {
    [
        manifest::MUTANTS,
        values::MUTANTS,
        asset::MUTANTS,
        graph::MUTANTS,
        program::MUTANTS,
        kinds::MUTANTS,
        weights::MUTANTS,
        tokenizer::MUTANTS,
        transcript::MUTANTS,
        profile::MUTANTS,
        engine::MUTANTS,
    ]
    .into_iter()
    .flatten()
}
