//! Gate transcripts on disk.

use std::fs;

use serde_json::{Value, json as value};

use crate::{found, granite_350m, json, loud};
use granite_bundle_testkit::scratch;

fn transcript() -> Value {
    value!({
        "schema": "coreai-verify-transcript/1",
        "bundle": "/exports/granite-350m-fp16",
        "prompt": "The alphabet begins",
        "input_ids": [1, 2],
        "oracle_ids": [5, 6],
        "oracle_text": " A, B",
        "bundle_text": " A, B",
        "margins": [0.92, 0.1],
        "result": "PASS",
        "verdict": "2/2 token-exact",
    })
}

fn rules(transcript: &Value) -> Vec<String> {
    let schema: Value =
        serde_json::from_str(include_str!("../../schemas/transcript.schema.json")).unwrap();
    assert!(jsonschema::is_valid(&schema, transcript));
    let folder = scratch::folder();
    granite_350m()
        .write(&folder.path().join("release/granite"))
        .unwrap();
    let file = folder.path().join("release/gate-granite.json");
    fs::write(file, transcript.to_string()).unwrap();
    loud(&json(folder.path(), &["release/granite"]))
}

#[test]
fn a_transcript_is_held_to_the_shipping_rule() {
    let mut good = transcript();
    assert_eq!(rules(&good), [""; 0]);
    good["margins"][1] = 0.0999.into();
    assert_eq!(rules(&good), ["transcript-margin"]);
    good["result"] = "FAIL".into();
    assert_eq!(rules(&good), ["transcript-result", "transcript-margin"]);
    let mut other = transcript();
    other["bundle"] = "granite-1b-int8lin".into();
    assert_eq!(rules(&other), ["transcript-bundle"]);
    let mut differing = transcript();
    differing["bundle_text"] = " A, C".into();
    assert_eq!(rules(&differing), ["transcript-positions"]);
}

#[test]
fn silence_is_a_note() {
    let folder = scratch::folder();
    granite_350m().write(&folder.path().join("a")).unwrap();
    let found = found(&json(folder.path(), &["a"]));
    assert!(found.contains(&("transcript-missing".to_owned(), "note".to_owned())));
}

/// A gate in which both sides ran on their own.
fn free_run() -> Value {
    value!({
        "schema": "coreai-gate-transcript/1",
        "result": "PASS",
        "bundle": "granite-350m-fp16",
        "artifact": null,
        "input_ids": [791, 6864, 315, 9822, 374],
        "protocol": { "prompt": "The capital of France is", "max_new_tokens": 16, "greedy": true,
                      "oracle_dtype": "fp32" },
        "oracle": { "gen_ids": [12366, 13], "gen_text": " Paris.", "top2_margins": [0.4228, 0.05] },
        "engine": { "gen_text": " Paris." },
        "match": { "exact_prefix": 2, "of": 2, "first_divergence": null },
    })
}

#[test]
fn a_free_running_gate_is_held_to_its_own_rule() {
    let good = free_run();
    assert_eq!(rules(&good), [""; 0]);
    let mut tie = free_run();
    tie["result"] = "PASS_TIE".into();
    tie["engine"] = value!({ "gen_text": " Paris!", "gen_ids": [12366, 0] });
    assert_eq!(rules(&tie), [""; 0]);
    tie["oracle"]["top2_margins"][1] = 0.1.into();
    assert_eq!(rules(&tie), ["transcript-free-running"]);
    let mut failed = free_run();
    failed["result"] = "FAIL".into();
    assert_eq!(rules(&failed), ["transcript-free-running"]);
    let mut other = free_run();
    other["bundle"] = "granite-1b-int8lin".into();
    assert_eq!(rules(&other), ["transcript-bundle"]);
}
