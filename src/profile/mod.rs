//! Expected facts per model, loaded from data.
