//! Capabilities and eras of an engine checkout, recognised by what its code says.
//!
//! The definitions are data (`patches/series.toml`); this module evaluates them on any set of files, so that a clone, a
//! shallow clone and an unpacked archive are judged alike.

mod definition;
mod era;
mod feature;
mod probe;
mod reader;
mod survey;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use definition::{CapabilityDefinition, Gives, Landmark, Reading, Standing};
pub use era::{Era, EraDefinition, named_eras, recognise_era};
pub use feature::{Feature, FeatureDefinition};
pub use probe::{Probe, ProbeError, ProbeTest};
pub use reader::{Reader, all_hold};
pub use survey::{Definitions, Presence, Survey, from_branches, survey, survey_features};

/// Something a bundle class needs of an engine checkout.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// The low-level runtime is exported as a library product.
    SharedProduct,
    /// Two to four states are carried.
    ExtraStates,
    /// The logits buffer is sized by the graph (H1): without it the engine cannot be created for a static graph.
    StaticStep,
    /// Prompts are fed at the graph's own length in the default environment (H2).
    StaticChunk,
    /// Warm-up lengths follow the static query length (H3).
    StaticWarmUp,
    /// The unfed token is fed, and a recurrent state is replayed and never rewound (H5, L5).
    MultiTurn,
    /// Guided steps bind every state and feed forced tokens at the graph's length (H4).
    GuidedHybrid,
    /// A prefill bounds what is in flight and can be cancelled (H6).
    PrefillStop,
}

impl Capability {
    /// Every capability, in order.
    pub const ALL: &[Capability] = <Capability as strum::VariantArray>::VARIANTS;

    /// The id used in `patches/series.toml` and in JSON.
    pub fn id(self) -> &'static str {
        self.into()
    }

    /// The capability of this id.
    pub fn named(id: &str) -> Option<Capability> {
        id.parse().ok()
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}
