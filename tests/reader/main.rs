//! The native reader on damaged, hostile and generated input.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod damage;
mod folder;
mod generated;
mod hostile;
mod packed;
mod patches;
mod seeds;
mod storage;
#[path = "../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "public in the crate of the fuzz targets")]
mod targets;
mod weights;

use std::fs;
use std::path::PathBuf;

/// The bytecode of a committed asset.
fn bytecode(name: &str) -> Vec<u8> {
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/assets");
    fs::read(assets.join(format!("{name}.aimodel/main.mlirb"))).unwrap()
}
