//! Versioned documents, validated against `schemas/`.

pub mod inspect;
