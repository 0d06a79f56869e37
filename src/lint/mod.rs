//! The rule registry, its runner, and what the user configures about both.

mod accepted;
pub mod config;
mod context;
mod day;
pub mod duties;
pub mod facts;
pub mod fix;
pub mod fleet;
mod gate;
mod rule;
pub mod rules;
mod runner;
mod selector;

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    dead_code,
    reason = "a kit for tests, which fail by panicking; not every rule needs every part"
)]
pub(crate) mod testing;

pub use crate::profile::Platform;
pub use accepted::Accepted;
pub use context::{
    CONFIG_FILE, ConfigurationFacts, ContentHash, Context, LicenseFile, MANIFEST_FILE, Need,
    RoleAsset,
};
pub use day::Day;
pub use gate::{Gate, LevelCounts};
pub use rule::{Family, Findings, Provenance, Rule};
pub use runner::check;
pub use selector::{Selector, UnknownRule};
