//! Reads, judges and prepares Core AI language bundles, with no Apple software.
//!
//! Data flows one way, and a lower layer never names a higher one:
//!
//! ```text
//! bytes ─► mlir ─► aicode ─► model ─► bundle ─┬─► engine, profile ─► lint ─► finding ─┐
//!                                             └─► inspect, diff ──────────────────────┼─► report ─► cli
//! checkout ─┬─► patch: format ─► series ─► fit ─► judge ─► change ────────────────────┘
//!           └─► lint, preflight
//! ```

pub mod aicode;
pub mod bundle;
pub mod bytes;
pub mod checkout;
pub mod cli;
pub mod engine;
pub mod exec;
pub mod files;
pub mod finding;
pub mod gate;
pub mod generate;
pub mod lint;
pub mod mlir;
pub mod model;
pub mod patch;
pub mod preflight;
pub mod profile;
pub mod report;
