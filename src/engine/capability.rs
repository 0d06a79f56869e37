//! Capabilities and eras of an engine checkout, recognised by content.

use std::fmt;

use serde::{Deserialize, Serialize};

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
