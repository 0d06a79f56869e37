//! Executes recorded calls and holds the results to those of Apple's runtime.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::print_stdout,
    reason = "the figures go into the log of the run"
)]

mod oracle;
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

/// Repeats every record of a folder; what differs, and the largest distance in units of the last place.
fn repeat(folder: &Path) -> (usize, Vec<String>, f64) {
    let mut failures = Vec::new();
    let mut worst = 0.0_f64;
    let all = records(folder);
    for path in &all {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        match Record::read(path).run() {
            Ok(distance) => worst = worst.max(distance),
            Err(message) => failures.push(format!("{name}: {message}")),
        }
    }
    (all.len(), failures, worst)
}

/// A few assets of every form of weights, recorded once.
#[test]
fn committed_records_are_repeated() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/calls");
    let (count, failures, _) = repeat(&folder);
    assert!(count >= 20, "{count} records");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What CI recorded of all exported assets just before.
#[test]
fn results_are_those_of_apples_runtime() {
    let Some(folder) = std::env::var_os("GRANITE_BUNDLE_EXECUTION") else {
        println!("GRANITE_BUNDLE_EXECUTION is not set: nothing to compare");
        return;
    };
    let (count, failures, worst) = repeat(&PathBuf::from(&folder));
    println!(
        "{} of {count} records agree; largest distance {worst:.2} units",
        count - failures.len()
    );
    assert!(count > 0, "no records in {}", folder.display());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
