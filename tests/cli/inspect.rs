//! `inspect` on good targets.

use std::fs;

use granite_bundle_testkit::asset::Asset;
use granite_bundle_testkit::bundle::Bundle;
use granite_bundle_testkit::granite::{Geometry, Granite};
use granite_bundle_testkit::program::{Data, Element, Graph, Program, Tensor};
use granite_bundle_testkit::scratch;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{bundles, repository, run, run_wide, small_graph};

const EXAMPLE: &str = "examples/granite-4.0-h-1b-signature";

pub(crate) fn assert_valid(document: &Value) {
    let text = include_str!("../../schemas/inspect-1.schema.json");
    let schema = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
}

#[test]
fn the_example_fits_eighty_columns() {
    let run = run_wide(&repository(), 80, &["inspect", EXAMPLE]);
    assert_snapshot!(run.text());
}

#[test]
fn the_example_uses_a_wide_terminal() {
    let arguments = [
        "inspect",
        EXAMPLE,
        "--ops",
        "--weights",
        "--verify-hash",
        "--bandwidth",
        "60",
    ];
    let run = run_wide(&repository(), 120, &arguments);
    assert_snapshot!(run.text());
}

#[test]
fn the_document_of_the_example_is_the_contract() {
    let arguments = [
        "inspect",
        EXAMPLE,
        "--json",
        "--ops",
        "--weights",
        "--verify-hash",
    ];
    let run = run(&repository(), &arguments);
    assert_valid(&run.json());
    assert_snapshot!(run.text());
}

#[test]
fn every_fixture_gives_a_valid_document() {
    let fixtures = repository().join("tests/fixtures/assets");
    for flags in [
        &["--json"][..],
        &["--json", "--ops", "--weights", "--bandwidth", "60"],
    ] {
        let run = run(&fixtures, &[&["inspect", "."], flags].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        let document = run.json();
        assert_valid(&document);
        assert!(document["bundles"].as_array().unwrap().len() >= 7);
    }
}

#[test]
fn a_full_size_granite_shows_its_precision_head_and_ceiling() {
    let folder = scratch::folder();
    let granite = Granite::int8hu(Geometry::granite_1b());
    let name = "granite_4_0_h_1b_decode_int8hu_block32_sym";
    Bundle::granite(name, &granite)
        .write(&folder.path().join(name))
        .unwrap();
    let page = run(folder.path(), &["inspect", name, "--bandwidth", "60"]);
    assert_snapshot!(page.text());
    let document = run(folder.path(), &["inspect", name, "--json", "--weights"]).json();
    assert_valid(&document);
    let memory = &document["bundles"][0]["memory"];
    assert_eq!(memory["kv_bytes_per_token"], 8192);
    assert_eq!(memory["fixed_state_bytes"], 718_848 + 28_311_552);
    let quantized = document["bundles"][0]["quantized"].as_array().unwrap();
    assert!(
        quantized
            .iter()
            .any(|group| group["block"] == json!([1, 32]))
    );
}

#[test]
fn a_target_is_the_same_from_inside_itself() {
    let folder = bundles(&["a"]);
    for path in ["a", "a/a.aimodel"] {
        let outside = run(folder.path(), &["inspect", path, "--json"]).json();
        let inside = run(&folder.path().join(path), &["inspect", ".", "--json"]);
        assert_eq!((inside.code, inside.stderr.as_str()), (0, ""), "{path}");
        let inside = inside.json();
        for part in ["bundle", "functions", "memory", "executable"] {
            let of = |document: &Value| document["bundles"][0][part].clone();
            assert_eq!(of(&inside), of(&outside), "{part} of {path}");
        }
        let functions = &inside["bundles"][0]["functions"];
        assert_eq!(functions[0]["name"], "main", "{path}");
    }
}

#[test]
fn a_bare_asset_has_no_bundle() {
    let fixtures = repository().join("tests/fixtures/assets");
    let run = run(
        &fixtures,
        &["inspect", "decode_step_whole.aimodel", "--json"],
    );
    let entry = &run.json()["bundles"][0];
    assert_eq!(entry["bundle"], Value::Null);
    assert_eq!(entry["asset"]["bytes"], 2292);
    assert_eq!(entry["memory"]["kv_bytes_per_token"], 8192);
    assert_eq!(entry["memory"]["kv_bytes_at_max_context"], Value::Null);
    assert_eq!(
        entry["engine"]["states"][3],
        json!({"name": "recState", "kind": "fixed"})
    );
}

#[test]
fn a_folder_of_many_is_listed_and_one_bad_bundle_does_not_stop_it() {
    let folder = bundles(&["a", "b", "c/d", "c/e", "f"]);
    fs::write(folder.path().join("b/metadata.json"), "{").unwrap();
    let list = run(folder.path(), &["inspect", "."]);
    assert_snapshot!(list.text());
    let document = run(folder.path(), &["inspect", ".", "--json"]);
    assert_valid(&document.json());
    assert_eq!(document.code, 1);
    let all = run(folder.path(), &["inspect", ".", "--all"]);
    assert_eq!(all.stdout.matches("Run contract").count(), 4);
}

#[test]
fn two_targets_are_listed_and_shown() {
    let folder = bundles(&["a", "b"]);
    let run = run(folder.path(), &["inspect", "a", "b"]);
    assert!(run.stdout.starts_with("2 targets"));
    assert_eq!(run.stdout.matches("Provenance").count(), 2);
}

#[test]
fn private_functions_are_folded_in_the_page_and_kept_in_the_document() {
    let folder = scratch::folder();
    let mut program = Program::default();
    program.add(small_graph("main"));
    for number in 0..300 {
        let mut graph = Graph::new(&format!("helper_{number}")).private();
        let tensor = Tensor::new(Element::F16, &[1]);
        let value = graph.argument("x", tensor.clone());
        graph.output("y", tensor, value);
        program.add(graph);
    }
    Asset::new(program)
        .write(&folder.path().join("x.aimodel"))
        .unwrap();
    let page = run(folder.path(), &["inspect", "x.aimodel"]);
    assert!(
        page.stdout
            .contains("300 private functions not shown (--all)"),
        "{}",
        page.stdout
    );
    assert!(!page.stdout.contains("helper_7"));
    let all = run(folder.path(), &["inspect", "x.aimodel", "--all"]);
    assert!(all.stdout.contains("helper_299"));
    let document = run(folder.path(), &["inspect", "x.aimodel", "--json"]).json();
    assert_valid(&document);
    assert_eq!(
        document["bundles"][0]["functions"]
            .as_array()
            .unwrap()
            .len(),
        301
    );
}

#[test]
fn unknown_operations_are_shown_as_they_are() {
    let folder = scratch::folder();
    let mut program = Program::default();
    let mut graph = small_graph("main");
    let tensor = Tensor::new(Element::F16, &[4]);
    let zero = graph.constant(tensor.clone(), Data::Splat(vec![0, 0]));
    graph.op("primitive.from_the_future_v9", &[zero], tensor);
    program.add(graph);
    Asset::new(program)
        .write(&folder.path().join("x.aimodel"))
        .unwrap();
    let run = run(folder.path(), &["inspect", "x.aimodel", "--ops", "--json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.json()["bundles"][0]["operations"]["from_the_future"], 1);
}

#[test]
fn a_hash_that_does_not_match_is_a_finding_and_the_document_is_still_printed() {
    let folder = bundles(&["a"]);
    let good = run(folder.path(), &["inspect", "a", "--json", "--verify-hash"]);
    assert_eq!(good.code, 0);
    assert_eq!(good.json()["bundles"][0]["asset"]["hash"]["matches"], true);
    fs::write(folder.path().join("a/a.aimodel/main.hash"), [7; 32]).unwrap();
    let bad = run(folder.path(), &["inspect", "a", "--json", "--verify-hash"]);
    assert_eq!(bad.code, 1);
    let hash = &bad.json()["bundles"][0]["asset"]["hash"];
    assert_eq!(hash["matches"], false);
    assert_eq!(hash["recorded"], "07".repeat(32));
    let page = run(folder.path(), &["inspect", "a", "--verify-hash"]);
    assert!(
        page.stdout
            .contains("MISMATCH: 070707070707…07070707 recorded")
    );
}

#[test]
fn piped_output_has_no_colour() {
    let run = run(&repository(), &["inspect", EXAMPLE]);
    assert!(!run.stdout.contains('\u{1b}'));
}

#[test]
fn a_bandwidth_must_be_a_positive_number() {
    for bandwidth in ["0", "-1", "fast", "inf"] {
        let run = run(
            &repository(),
            &["inspect", EXAMPLE, &format!("--bandwidth={bandwidth}")],
        );
        assert_eq!(run.code, 2, "{bandwidth}");
        assert!(
            run.stderr.contains("positive number of gigabytes"),
            "{}",
            run.stderr
        );
    }
}
