//! Versioned documents, validated against `schemas/`.

pub mod inspect;
pub mod patch;
pub mod preflight;
