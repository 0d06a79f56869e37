//! The linter on real files: good bundles, and every way of breaking them that was thought of.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod corpus;
mod equivalence;
mod good;
mod helps;
mod mutants;
mod table;
