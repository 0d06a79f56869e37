//! What the engine makes of a signature, and what an engine checkout can do.

pub mod memory;
pub mod outlook;
pub mod run_contract;
pub mod signature;
pub mod stop_tokens;
