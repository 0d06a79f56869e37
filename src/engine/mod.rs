//! What the engines make of a bundle: which of them takes it, what it costs, what its host must do.

pub mod chunked;
pub mod deployment;
pub mod memory;
pub mod messages;
pub mod run_contract;
pub mod selection;
pub mod signature;
pub mod stop_tokens;
