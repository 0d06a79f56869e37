//! The native reader on damaged, hostile and generated input.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod build;
mod damage;
mod folder;
mod generated;
mod hostile;
mod packed;
mod patches;
mod seeds;
mod steps;
mod storage;
#[path = "../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "public in the crate of the fuzz targets")]
mod targets;
mod weights;

use std::fs;
use std::path::PathBuf;

/// The bytecode of a committed asset, authored or exported.
fn bytecode(name: &str) -> Vec<u8> {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let file = |set| fixtures.join(format!("{set}/{name}.aimodel/main.mlirb"));
    fs::read(file("assets"))
        .or_else(|_| fs::read(file("exported")))
        .unwrap()
}
