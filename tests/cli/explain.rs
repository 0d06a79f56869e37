//! `explain`: rules, capabilities, eras, and what the engine printed.

use std::collections::BTreeSet;
use std::path::Path;

use assert_cmd::Command;
use granite_bundle::checkout::capability::Capability;
use granite_bundle::engine::messages::messages;
use granite_bundle::patch::series::Series;
use insta::assert_snapshot;
use serde_json::Value;

use crate::{Run, repository, run};

fn explained(what: &[&str]) -> Run {
    run(&repository(), &[&["explain"], what].concat())
}

/// The document about something, held to its schema.
fn document(what: &[&str]) -> Value {
    let run = explained(&[what, &["--json"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let document = run.json();
    let schema = include_str!("../../schemas/explain-1.schema.json");
    jsonschema::validate(&serde_json::from_str(schema).unwrap(), &document).unwrap();
    document
}

#[test]
fn a_message_is_answered_with_cause_remedy_and_more() {
    assert_snapshot!(
        explained(&["Fatal error: Shape at dimension 1 of 512 is not a valid substitution for source shape 1"]).text()
    );
}

#[test]
fn a_message_may_be_given_in_words_quoted_or_on_standard_input() {
    let words = document(&["Expected", "2", "states", "(KV", "cache),", "got", "4"]);
    assert_eq!(words["messages"][0]["id"], "two-states-expected");
    assert_eq!(words, document(&["Expected 2 states (KV cache), got 4"]));
    let log = "12:00 loading\nllm-runner: unsupportedVersion(\"0.1\")\nFailed to create Metal device\n\u{1b}[31m\n";
    let output = Command::cargo_bin("granite-bundle")
        .unwrap()
        .args(["explain", "-", "--json"])
        .write_stdin(log)
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ids: Vec<_> = document["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["metadata-version", "no-metal"]);
}

#[test]
fn what_is_like_no_message_is_said_to_be_that_with_the_nearest() {
    let run = explained(&["Expected 7 gizmos"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.starts_with("error: none of the "),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("help: the nearest is "),
        "{}",
        run.stderr
    );
    let run = explained(&["zzzz qqqq"]);
    assert!(
        run.stderr.contains("help: granite-bundle lint "),
        "{}",
        run.stderr
    );
    let run = explained(&["static-stp"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("did you mean static-step?"),
        "{}",
        run.stderr
    );
    let output = Command::cargo_bin("granite-bundle")
        .unwrap()
        .args(["explain", "-"])
        .write_stdin("")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn capabilities_and_eras_are_explained_by_the_series() {
    assert_snapshot!(explained(&["static-chunk"]).text());
    assert_snapshot!(explained(&["e0"]).text());
    let step = document(&["static-step"]);
    let eras: Vec<_> = step["capability"]["eras"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert_eq!(eras, ["fork zoo-0.4", "E5", "E4e", "E4d", "E4c", "E4b"]);
    assert_eq!(
        step["capability"]["patches"][0]["name"],
        "pipelined-extra-states"
    );
    let fork = document(&["fork", "zoo-0.4"]);
    assert_eq!(fork["era"]["has"][0], "shared-product");
    let series = Series::builtin().unwrap();
    for capability in Capability::ALL {
        assert_eq!(
            document(&[capability.id()])["capability"]["id"],
            capability.id()
        );
    }
    for era in &series.eras {
        assert_eq!(document(&[era.id.id()])["era"]["id"], era.id.id());
    }
}

#[test]
fn every_rule_and_capability_that_a_message_names_is_explained() {
    let named = messages().flat_map(|message| message.rules.iter().chain(&message.capabilities));
    // Many name the same.
    for id in named.collect::<BTreeSet<_>>() {
        let run = run(Path::new("."), &["explain", id]);
        assert_eq!(run.code, 0, "{id}");
        assert!(run.stdout.starts_with(id), "{}", run.stdout);
    }
}
