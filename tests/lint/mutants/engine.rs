//! Good bundles on engines that cannot run them, and engines that can.

use granite_bundle::checkout::capability::Capability::{
    ExtraStates, GuidedHybrid, MultiTurn, PrefillStop, StaticChunk, StaticStep, StaticWarmUp,
};
use granite_bundle::checkout::capability::Feature::{
    CachesByPosition, GuidedPath, InputsByName, ManifestOfAugust, PrefillGraph, PrefixCache,
    RecurrentGuard, VisionEngine,
};
use granite_bundle::checkout::capability::Presence::{
    Native, NoPath, Patchable, Patched, Provided, Unknown,
};
use granite_bundle::checkout::capability::{Capability, Feature, Presence};

use super::{Change, Mutant, Setting};
use crate::good::Base;

pub(super) type Has = &'static [(Capability, Presence)];

const STOCK_E0: Has = &[(GuidedHybrid, NoPath)];
pub(super) const STOCK_E1: Has = STOCK_E0;
/// What the built-in stack makes of an engine of E1.
const PATCHED_E1: Has = &[
    (ExtraStates, Patched),
    (StaticStep, Patched),
    (StaticChunk, Patched),
    (StaticWarmUp, Patched),
    (MultiTurn, Patched),
    (GuidedHybrid, NoPath),
    (PrefillStop, Patched),
];
/// What it would make of one it has not been applied to.
const PATCHABLE_E1: Has = &[
    (ExtraStates, Patchable),
    (StaticStep, Patchable),
    (StaticChunk, Patchable),
    (StaticWarmUp, Patchable),
    (MultiTurn, Patchable),
    (GuidedHybrid, NoPath),
    (PrefillStop, Patchable),
];
const NATIVE_E2: Has = &[(ExtraStates, Native), (GuidedHybrid, NoPath)];
const NATIVE_E3: Has = &[(ExtraStates, Native)];
/// What the built-in stack makes of an engine of E3.
const PATCHED_E3: Has = &[
    (ExtraStates, Native),
    (StaticStep, Patched),
    (StaticChunk, Patched),
    (StaticWarmUp, Patched),
    (MultiTurn, Patched),
    (GuidedHybrid, Patched),
    (PrefillStop, Patched),
];
pub(super) const NATIVE_E4C: Has = &[
    (ExtraStates, Native),
    (StaticStep, Native),
    (StaticChunk, Native),
    (MultiTurn, Native),
];
/// What the built-in stack makes of an engine of E4c.
const PATCHED_E4C: Has = &[
    (ExtraStates, Native),
    (StaticStep, Native),
    (StaticChunk, Native),
    (StaticWarmUp, Patched),
    (MultiTurn, Native),
    (GuidedHybrid, Patched),
    (PrefillStop, Patched),
];
/// What an engine of E1 looks like with the community's July patch.
const JULY_E1: Has = &[
    (ExtraStates, Provided),
    (StaticStep, Provided),
    (StaticChunk, Provided),
    (StaticWarmUp, Provided),
    (GuidedHybrid, NoPath),
];
/// What is said of a text nobody has described.
const UNKNOWN: Has = &[
    (ExtraStates, Unknown),
    (StaticStep, Unknown),
    (StaticChunk, Unknown),
    (StaticWarmUp, Unknown),
    (MultiTurn, Unknown),
    (GuidedHybrid, Unknown),
    (PrefillStop, Unknown),
];

pub(super) type Is = &'static [Feature];

const OF_E0: Is = &[CachesByPosition];
pub(super) const OF_E1: Is = &[CachesByPosition, PrefixCache, VisionEngine];
const OF_E2: Is = &[PrefixCache, RecurrentGuard, VisionEngine];
const OF_E3: Is = &[PrefixCache, RecurrentGuard, GuidedPath, VisionEngine];
pub(super) const OF_E4C: Is = &[
    VisionEngine,
    PrefixCache,
    RecurrentGuard,
    GuidedPath,
    InputsByName,
    PrefillGraph,
];

const fn engine(
    name: &'static str,
    era: &'static str,
    has: Has,
    is: Is,
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, Base::Int8lin, Change::None, caught).with(Setting::Engine(era, has, is))
}

pub(super) const MUTANTS: &[Mutant] = &[
    engine(
        "a stock engine of E0",
        "E0",
        STOCK_E0,
        OF_E0,
        &[
            "error graph-logits-static",
            "error graph-state-count",
            "error run-engine-revision",
            "warning run-long-prefill-reset",
        ],
    ),
    engine(
        "a stock engine of E1",
        "E1",
        STOCK_E1,
        OF_E1,
        &[
            "error graph-logits-static",
            "error graph-state-count",
            "error run-engine-revision",
            "warning run-extension-skip",
            "warning run-long-prefill-reset",
        ],
    ),
    engine(
        "an engine of E1 the stack has not been applied to",
        "E1",
        PATCHABLE_E1,
        OF_E1,
        &[
            "warning graph-logits-static",
            "warning graph-state-count",
            "warning run-engine-revision",
            "warning run-extension-skip",
            "warning run-long-prefill-reset",
        ],
    ),
    engine(
        "an engine of E1 with the community's July patch",
        "E1",
        JULY_E1,
        OF_E1,
        &[
            "warning run-extension-skip",
            "warning run-long-prefill-reset",
            "warning run-no-partial-reset",
            "warning run-reask",
        ],
    ),
    engine(
        "a stock engine of E2",
        "E2",
        NATIVE_E2,
        OF_E2,
        &[
            "error graph-logits-static",
            "error run-engine-revision",
            "warning run-extension-skip",
            "warning run-long-prefill-reset",
        ],
    ),
    engine(
        "a stock engine of E3",
        "E3",
        NATIVE_E3,
        OF_E3,
        &[
            "error graph-logits-static",
            "error run-engine-revision",
            "warning run-extension-skip",
            "warning run-guided-hybrid",
            "warning run-long-prefill-reset",
        ],
    ),
    engine(
        "guided generation on E4c",
        "E4c",
        NATIVE_E4C,
        OF_E4C,
        &[
            "warning run-guided-hybrid",
            "warning run-long-prefill-reset",
        ],
    ),
    engine(
        "an engine nobody knows",
        "",
        UNKNOWN,
        &[],
        &[
            "warning graph-logits-static",
            "warning graph-state-count",
            "warning run-patch-base",
        ],
    ),
    Mutant::new(
        "an ordinary model on E1",
        Base::Ordinary,
        Change::None,
        &["warning run-extension-skip"],
    )
    .with(Setting::Engine("E1", STOCK_E1, OF_E1)),
    Mutant::new(
        "recurrent states first on a patched E1",
        Base::Int8lin,
        Change::Granite(|g| g.signature.states.rotate_left(2)),
        &["error granite-signature", "error graph-kv-order"],
    )
    .with(Setting::Engine("E1", PATCHED_E1, OF_E1)),
    Mutant::new(
        "overrides in a list on a checkout that reads past them",
        Base::Int8lin,
        Change::Manifest(|m| m["language"]["overrides"] = serde_json::json!([1])),
        &["note bundle-overrides"],
    )
    .with(Setting::Engine("E3", PATCHED_E3, &[ManifestOfAugust])),
    Mutant::new(
        "auxiliary assets in a list on a checkout that reads past them",
        Base::Int8lin,
        Change::Manifest(|m| m["auxiliary_assets"] = serde_json::json!([1])),
        &["note bundle-auxiliary-assets"],
    )
    .with(Setting::Engine("E3", PATCHED_E3, &[ManifestOfAugust])),
    Mutant::new(
        "a prefill chunk in words on a checkout that reads past it",
        Base::Int8lin,
        Change::Manifest(|m| m["language"]["prefill_chunk_size"] = serde_json::json!("one")),
        &["note bundle-prefill-chunk"],
    )
    .with(Setting::Engine("E3", PATCHED_E3, &[ManifestOfAugust])),
    Mutant::new(
        "swapped inputs on E4c, which looks them up by name",
        Base::Int8lin,
        Change::Granite(|g| g.signature.inputs.swap(0, 1)),
        &[
            "error granite-signature",
            "warning run-guided-hybrid",
            "warning run-long-prefill-reset",
        ],
    )
    .with(Setting::Engine("E4c", NATIVE_E4C, OF_E4C)),
];

/// Engines that the built-in stack has made ready: nothing above a note is left to say.
pub(crate) const READY: &[Setting] = &[
    Setting::Engine("E1", PATCHED_E1, OF_E1),
    Setting::Engine("E3", PATCHED_E3, OF_E3),
    Setting::Engine("E4c", PATCHED_E4C, OF_E4C),
];
