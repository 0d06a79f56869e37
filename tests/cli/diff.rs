//! `diff`.

use std::fs;

use granite_bundle_testkit::asset::Asset;
use granite_bundle_testkit::program::{Element, Program, Tensor};
use granite_bundle_testkit::scratch;
use insta::assert_snapshot;
use serde_json::Value;

use crate::{bundles, replace, run, small_graph};

fn assert_valid(document: &Value) {
    let schema = serde_json::from_str(include_str!("../../schemas/diff-1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(document), "{document:#}");
}

/// Two bundles that differ in every section.
fn different() -> tempfile::TempDir {
    let folder = bundles(&["a", "b"]);
    let manifest = fs::read_to_string(folder.path().join("b/metadata.json")).unwrap();
    replace(&folder, "b/metadata.json", manifest.replace("4096", "8192"));
    let mut graph = small_graph("main");
    graph.state("convCache", Tensor::new(Element::F16, &[2, 1, 8, 3]));
    let mut program = Program::default();
    program.add(graph);
    program.add(small_graph("prefill"));
    Asset::new(program)
        .write(&folder.path().join("b/b.aimodel"))
        .unwrap();
    fs::remove_file(folder.path().join("b/b.aimodel/main.hash")).unwrap();
    replace(&folder, "b/tokenizer/chat_template.jinja", "{{ messages }}");
    folder
}

#[test]
fn a_bundle_does_not_differ_from_itself() {
    let folder = bundles(&["a"]);
    assert_snapshot!(run(folder.path(), &["diff", "a", "a", "--exit-code"]).text(), @r"
    a → a                                                                                  no difference
    [exit 0]
    ");
}

#[test]
fn structure_comes_first() {
    assert_snapshot!(run(different().path(), &["diff", "a", "b"]).text());
}

#[test]
fn the_document_lists_every_change() {
    let folder = different();
    let run = run(folder.path(), &["diff", "a", "b", "--json", "--exit-code"]);
    assert_eq!(run.code, 1);
    let document = run.json();
    assert_valid(&document);
    let changes = document["changes"].as_array().unwrap();
    let subjects: Vec<&str> = changes
        .iter()
        .map(|c| c["subject"].as_str().unwrap())
        .collect();
    for subject in [
        "language.max_context_length",
        "main.states.convCache",
        "prefill",
        "chat_template",
    ] {
        assert!(
            subjects.contains(&subject),
            "{subject} is not in {subjects:?}"
        );
    }
}

#[test]
fn renamed_reordered_reshaped_and_retyped_values_are_told_apart() {
    let folder = scratch::folder();
    let kv = |axis| Tensor::new(Element::F16, &[2, 1, 2, 8, 4]).dynamic(axis);
    let fixed = |element, size| Tensor::new(element, &[size]);
    let write = |name: &str, states: &[(&str, Tensor)]| {
        let mut graph = granite_bundle_testkit::program::Graph::new("main");
        for (name, tensor) in states {
            graph.state(name, tensor.clone());
        }
        let mut program = Program::default();
        program.add(graph);
        let mut asset = Asset::new(program);
        asset.metadata = None;
        asset.write(&folder.path().join(name)).unwrap();
    };
    write(
        "a.aimodel",
        &[
            ("k", kv(3)),
            ("v", kv(3)),
            ("old", fixed(Element::F16, 1)),
            ("r", fixed(Element::F16, 9)),
        ],
    );
    write(
        "b.aimodel",
        &[
            ("v", kv(3)),
            ("k", kv(2)),
            ("new", fixed(Element::F16, 1)),
            ("r", fixed(Element::F32, 9)),
        ],
    );
    let run = run(folder.path(), &["diff", "a.aimodel", "b.aimodel", "--json"]);
    let document = run.json();
    assert_valid(&document);
    let states: Vec<String> = document["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["section"] == "functions")
        .map(|change| {
            format!(
                "{} {}",
                change["change"].as_str().unwrap(),
                change["subject"].as_str().unwrap()
            )
        })
        .collect();
    let expected = [
        "changed main.states.k",
        "renamed main.states.old",
        "changed main.states.r",
        "reordered main.states",
    ];
    assert_eq!(states, expected);
}

#[test]
fn an_unreadable_side_is_trouble() {
    let folder = bundles(&["a"]);
    assert_snapshot!(run(folder.path(), &["diff", "a", "nowhere"]).text(), @r"
    [stderr]
    error: nowhere: no such file or folder
    help: name a bundle, an asset, or a folder that holds some
    [exit 2]
    ");
}
