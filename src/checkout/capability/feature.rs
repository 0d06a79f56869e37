//! Facts of a checkout that decide how a bundle is read, and are no need of it.

use serde::Deserialize;

use super::probe::{Probe, some_probes};

/// A way in which engines differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// `name.aimodelc` is looked for where `name.aimodel` is declared and absent.
    CompiledTwin,
    /// Every asset a manifest names must be there, before anything is loaded.
    AssetsValidated,
    /// The first two states are the key and value caches, whatever their shapes.
    CachesByPosition,
    /// Token ids and positions are found by the names of the inputs.
    InputsByName,
    /// Grammar-constrained generation runs on the pipelined engine.
    GuidedPath,
    /// A prompt is compared with what is cached, and what is cached is not fed again.
    PrefixCache,
    /// A reset to anywhere but zero is refused, and a rewind made a replay, where a state is recurrent.
    RecurrentGuard,
    /// There is an engine for vision-language bundles.
    VisionEngine,
    /// A `prefill` function without outputs takes the chunks of a prompt.
    PrefillGraph,
    /// The manifest's decoder has none of the fields that came in September 2026: chunk sizes, overrides, auxiliary assets.
    ManifestOfAugust,
}

/// How a feature is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureDefinition {
    /// The feature.
    pub id: Feature,
    /// All of these hold; never empty.
    #[serde(deserialize_with = "some_probes")]
    pub when: Vec<Probe>,
}
