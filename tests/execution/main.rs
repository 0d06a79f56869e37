//! Executes recorded calls and holds the results to those of Apple's runtime.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::print_stdout,
    reason = "the figures go into the log of the run"
)]

mod record;

use std::fs;
use std::path::{Path, PathBuf};

use record::Record;

/// Records in a folder, sorted.
fn records(folder: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder).unwrap();
    let mut records: Vec<_> = listing
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == "json"))
        .collect();
    records.sort();
    records
}

/// What the differential test in CI made beforehand, with Apple's runtime.
#[test]
fn results_are_those_of_apples_runtime() {
    let Some(folder) = std::env::var_os("GRANITE_BUNDLE_EXECUTION") else {
        println!("GRANITE_BUNDLE_EXECUTION is not set: nothing to compare");
        return;
    };
    let folder = PathBuf::from(folder);
    let mut failures = Vec::new();
    let mut worst = 0.0_f64;
    let all = records(&folder);
    assert!(!all.is_empty(), "no records in {}", folder.display());
    for path in &all {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        match Record::read(path).run() {
            Ok(distance) => worst = worst.max(distance),
            Err(message) => failures.push(format!("{name}: {message}")),
        }
    }
    println!(
        "{} of {} records agree; largest distance {worst:.2} units",
        all.len() - failures.len(),
        all.len()
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
