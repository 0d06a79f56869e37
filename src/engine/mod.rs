//! What the engine makes of a signature, and what an engine checkout can do.

pub mod capability;
pub mod signature;
