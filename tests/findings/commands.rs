//! `rules` and `explain`, and usage errors of `lint`.

use std::path::Path;

use serde_json::Value;

use crate::{code, lint, run, stderr, stdout};

#[test]
fn rules_are_listed_and_described_by_the_schema() {
    let here = Path::new(".");
    let document: Value = serde_json::from_str(&stdout(&run(here, &["rules", "--json"]))).unwrap();
    let schema: Value =
        serde_json::from_str(include_str!("../../schemas/rules-1.schema.json")).unwrap();
    jsonschema::validate(&schema, &document).unwrap();

    let page = stdout(&run(here, &["rules"]));
    for rule in document["rules"].as_array().unwrap() {
        assert!(page.contains(rule["id"].as_str().unwrap()));
    }
}

#[test]
fn a_rule_is_explained_in_full() {
    let page = stdout(&run(Path::new("."), &["explain", "granite-head-perchan"]));
    insta::assert_snapshot!(page);
}

#[test]
fn a_mistyped_rule_is_suggested() {
    let here = Path::new(".");
    let output = run(here, &["explain", "granite-voca"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("did you mean granite-vocab?"));

    let output = lint(here, &["--select", "granite-voca", "."]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("did you mean \"granite-vocab\"?"));
}

#[test]
fn unknown_profiles_and_engines_are_usage_errors() {
    let here = Path::new(".");
    let output = lint(here, &["--profile", "granite-4.0-h-1", "."]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("did you mean granite-4.0-h-1b?"));

    let output = lint(here, &["--engine", "schemas", "."]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("no checkout of coreai-models"));
}
