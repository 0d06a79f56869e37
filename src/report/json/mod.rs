//! Versioned documents, validated against `schemas/`.
