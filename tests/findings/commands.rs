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

#[test]
fn families_and_patterns_are_listed_and_explained() {
    let here = Path::new(".");
    let ids = |args: &[&str]| {
        let output = run(here, &[args, &["--json"]].concat());
        let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let rules = document["rules"].as_array().unwrap().iter();
        let ids = rules.map(|rule| rule["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let transcript = ids(&["rules", "transcript"]);
    assert!(transcript.len() > 5 && transcript.iter().all(|id| id.starts_with("transcript-")));
    assert_eq!(ids(&["explain", "transcript"]), transcript);
    assert_eq!(ids(&["rules", "transcript-*"]), transcript);
    assert_eq!(
        ids(&["rules", "granite-vocab", "profile-vocab"]),
        ["granite-vocab", "profile-vocab"]
    );
    let page = stdout(&run(here, &["explain", "transcript"]));
    for id in &transcript {
        assert!(page.contains(id), "{id}");
    }
    for command in ["rules", "explain"] {
        let output = run(here, &[command, "transcrip"]);
        assert_eq!(code(&output), 2);
        assert!(
            stderr(&output).contains("transcript"),
            "{}",
            stderr(&output)
        );
    }
}
