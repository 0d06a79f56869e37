//! `preflight` on checkouts made of skeletons.

use granite_bundle_testkit::scratch;
use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use granite_bundle::patch::series::Series;
use serde_json::Value;
use tempfile::TempDir;

use crate::checkout;

const BUNDLE: &str = "examples/granite-4.0-h-1b-signature";

fn preflight(engine: &Path, more: &[&str]) -> Output {
    Command::new(cargo_bin!("granite-bundle"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["preflight", BUNDLE, "--engine"])
        .arg(engine)
        .args(more)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

fn stock(era: &str) -> TempDir {
    let folder = scratch::folder();
    checkout::write(&Series::builtin().unwrap(), era, folder.path());
    folder
}

fn document(engine: &Path) -> (Value, Option<i32>) {
    let output = preflight(engine, &["--json"]);
    let document = serde_json::from_slice(&output.stdout).unwrap();
    let schema = include_str!("../../schemas/preflight-1.schema.json");
    let schema = serde_json::from_str(schema).unwrap();
    jsonschema::validate(&schema, &document).unwrap();
    (document, output.status.code())
}

fn verdict(era: &str) -> (String, Option<i32>) {
    let (document, code) = document(stock(era).path());
    assert_eq!(document["engine"]["era"], era);
    (document["verdict"].as_str().unwrap().to_owned(), code)
}

#[test]
fn every_era_has_its_verdict() {
    let cannot = ("cannot-run".to_owned(), Some(1));
    let after_patch = ("runs-after-patch".to_owned(), Some(1));
    assert_eq!(verdict("E0"), cannot);
    for era in ["E1", "E2", "E3"] {
        assert_eq!(verdict(era), after_patch, "{era}");
    }
    assert_eq!(verdict("E4c"), ("runs".to_owned(), Some(0)));
}

#[test]
fn what_is_not_there_is_trouble() {
    let output = preflight(Path::new("no/such/checkout"), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("error: `no/such/checkout` is not a folder"),
        "{said}"
    );
}

/// The page, with the checkout's folder named `ENGINE`.
fn page(era: &str) -> String {
    let folder = stock(era);
    let output = preflight(folder.path(), &[]);
    let page = String::from_utf8(output.stdout).unwrap();
    page.replace(folder.path().to_str().unwrap(), "ENGINE")
}

#[test]
fn the_page_of_the_newest_engine_of_the_history() {
    insta::assert_snapshot!(page("E3"));
}

#[test]
fn the_page_of_the_first_engine() {
    insta::assert_snapshot!(page("E0"));
}

#[test]
fn the_page_of_an_engine_that_needs_no_patch_for_generation() {
    insta::assert_snapshot!(page("E4c"));
}
