//! Executes recorded calls and holds the results to those of Apple's runtime.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::print_stdout,
    reason = "the figures go into the log of the run"
)]

mod oracle;
mod record;

use std::collections::BTreeMap;
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

/// What came of the records of a folder.
#[derive(Default)]
struct Repeated {
    failures: Vec<String>,
    /// By family, which is how the assets' names begin.
    families: BTreeMap<String, Family>,
}

/// What came of the records of one family.
#[derive(Default)]
struct Family {
    records: usize,
    calls: usize,
    /// The largest distance, in units of the last place.
    worst: f64,
}

impl Repeated {
    fn of(folder: &Path) -> Repeated {
        let mut repeated = Repeated::default();
        for path in records(folder) {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let record = Record::read(&path);
            let family = name.split(['_', '.']).next().unwrap().to_owned();
            let family = repeated.families.entry(family).or_default();
            family.records += 1;
            family.calls += record.calls();
            match record.run() {
                Ok(distance) => family.worst = family.worst.max(distance),
                Err(message) => repeated.failures.push(format!("{name}: {message}")),
            }
        }
        repeated
    }

    fn count(&self) -> usize {
        self.families.values().map(|family| family.records).sum()
    }
}

fn are_repeated(folder: &str, least: usize) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let repeated = Repeated::of(&fixtures.join(folder));
    assert!(repeated.count() >= least, "{} records", repeated.count());
    assert!(
        repeated.failures.is_empty(),
        "{}",
        repeated.failures.join("\n")
    );
}

/// A few assets of every form of weights, recorded once.
#[test]
fn committed_records_are_repeated() {
    are_repeated("calls", 20);
}

/// A few operations on zeros, infinities, NaN, and where types end.
#[test]
fn committed_edges_are_repeated() {
    are_repeated("edges", 15);
}

/// What CI recorded of all exported assets just before.
#[test]
fn results_are_those_of_apples_runtime() {
    let Some(folders) = std::env::var_os("GRANITE_BUNDLE_EXECUTION") else {
        println!("GRANITE_BUNDLE_EXECUTION is not set: nothing to compare");
        return;
    };
    for folder in std::env::split_paths(&folders) {
        agree(&folder);
    }
}

fn agree(folder: &Path) {
    let Repeated { failures, families } = Repeated::of(folder);
    let (mut count, mut worst) = (0, 0.0_f64);
    for (name, family) in &families {
        println!(
            "{name:<14} {:>4} records {:>5} calls, largest distance {:>5.2} units",
            family.records, family.calls, family.worst
        );
        count += family.records;
        worst = worst.max(family.worst);
    }
    println!(
        "{} of {count} records agree; largest distance {worst:.2} units",
        count - failures.len()
    );
    assert!(count > 0, "no records in {}", folder.display());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
