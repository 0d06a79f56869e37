//! The `lint`, `rules` and `explain` commands as their users meet them: formats, exit codes,
//! configuration, baseline.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod baseline;
mod commands;
mod config;
mod fix;
mod fleet;
mod formats;
mod init;
mod outputs;
mod profiles;
mod release;
mod streams;

use std::path::Path;
use std::process::Output;
use std::sync::LazyLock;

use assert_cmd::Command;
use granite_bundle_testkit::asset::HashFile;
use granite_bundle_testkit::bundle::Bundle;
use granite_bundle_testkit::granite::{Geometry, Granite};
use serde_json::Value;

/// A Granite 350M bundle in which only the notes of every Granite bundle are found.
fn granite_350m() -> Bundle {
    static MADE: LazyLock<Bundle> = LazyLock::new(|| {
        let granite = Granite::fp16(Geometry::granite_350m());
        let mut bundle = Bundle::granite("granite-350m-fp16", &granite);
        if let Some((_, asset)) = &mut bundle.asset {
            // Compared with nothing: the tests run without hashing.
            asset.hash = HashFile::Bytes(vec![7; 32]);
        }
        bundle
    });
    MADE.clone()
}

/// The same with a vocabulary its logits do not have.
fn wrong_vocabulary() -> Bundle {
    let mut bundle = granite_350m();
    bundle.manifest.as_mut().unwrap()["language"]["vocab_size"] = 100_351.into();
    bundle
}

/// Runs the command in a folder, without colour.
fn run(folder: &Path, args: &[&str]) -> Output {
    Command::cargo_bin("granite-bundle")
        .unwrap()
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .args(args)
        .output()
        .unwrap()
}

/// Runs `lint --no-hash` in a folder.
fn lint(folder: &Path, args: &[&str]) -> Output {
    run(folder, &[&["lint", "--no-hash"], args].concat())
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// `lint --json` in a folder with every note, parsed.
fn json(folder: &Path, args: &[&str]) -> Value {
    let output = lint(folder, &[&["--json", "--level", "note"], args].concat());
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// Rule and level of every finding that counts.
fn found(document: &Value) -> Vec<(String, String)> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = document["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| (text(finding, "rule"), text(finding, "level")))
        .collect()
}

/// Ids of the findings that are no notes.
fn loud(document: &Value) -> Vec<String> {
    let loud = found(document)
        .into_iter()
        .filter(|(_, level)| level != "note");
    loud.map(|(rule, _)| rule).collect()
}
