//! Versioned documents, validated against `schemas/`.

pub mod diff;
pub mod gate;
pub mod inspect;
pub mod lint;
pub mod patch;
pub mod preflight;
pub mod run;
