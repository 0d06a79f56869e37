//! Versioned documents, validated against `schemas/`.

pub mod diff;
pub mod inspect;
pub mod lint;
pub mod patch;
pub mod preflight;
