//! What `inspect` says of input it cannot read: one sentence, with the place and the way out.

mod damage;
#[cfg(unix)]
mod links;

use std::fs;

use granite_bundle_testkit::asset::Asset;
use granite_bundle_testkit::program::{Data, Element, Program, Tensor};
use granite_bundle_testkit::scratch;
use insta::assert_snapshot;
use serde_json::Value;

use crate::{bundles, replace, run, small_asset, small_graph};

/// The messages about `path` in a folder of small bundles after `change`.
fn inspect(path: &str, change: impl FnOnce(&tempfile::TempDir)) -> String {
    let folder = bundles(&["a"]);
    change(&folder);
    let human = run(folder.path(), &["inspect", path]);
    let document = run(folder.path(), &["inspect", path, "--json"]);
    let entry = &document.json()["bundles"][0];
    assert_eq!(document.code, human.code);
    assert_eq!(human.code == 2, entry["error"].is_object(), "{entry:#}");
    if entry["error"].is_object() {
        let nulls = [
            "bundle",
            "asset",
            "functions",
            "engine",
            "profile",
            "memory",
        ];
        assert!(
            nulls.iter().all(|key| entry[key] == Value::Null),
            "{entry:#}"
        );
    }
    format!("{}[exit {}]\n", human.stderr, human.code)
}

#[test]
fn no_such_path() {
    assert_snapshot!(inspect("nowhere", |_| {}));
}

#[test]
fn a_file_instead_of_a_folder() {
    assert_snapshot!(inspect("a/metadata.json", |_| {}));
}

#[test]
fn an_empty_folder() {
    assert_snapshot!(inspect("empty", |f| fs::create_dir(f.path().join("empty")).unwrap()));
}

#[test]
fn no_metadata() {
    assert_snapshot!(inspect("a", |f| fs::remove_file(
        f.path().join("a/metadata.json")
    )
    .unwrap()));
}

#[test]
fn metadata_is_a_folder() {
    assert_snapshot!(inspect("a", |f| {
        fs::remove_file(f.path().join("a/metadata.json")).unwrap();
        fs::create_dir(f.path().join("a/metadata.json")).unwrap();
    }));
}

#[test]
fn metadata_is_not_json() {
    assert_snapshot!(inspect("a", |f| replace(
        f,
        "a/metadata.json",
        "{\n  \"kind\": llm\n}"
    )));
}

#[test]
fn metadata_is_not_an_object() {
    assert_snapshot!(inspect("a", |f| replace(f, "a/metadata.json", "[1]")));
}

#[test]
fn metadata_is_empty() {
    assert_snapshot!(inspect("a", |f| replace(f, "a/metadata.json", "")));
}

#[test]
fn metadata_is_not_utf8() {
    assert_snapshot!(inspect("a", |f| replace(
        f,
        "a/metadata.json",
        b"{\"name\": \"\xFF\"}"
    )));
}

#[test]
fn metadata_has_a_byte_order_mark() {
    assert_snapshot!(inspect("a", |f| replace(
        f,
        "a/metadata.json",
        "\u{FEFF}{}"
    )));
}

#[test]
fn metadata_has_a_hundred_megabytes() {
    assert_snapshot!(inspect("a", |f| {
        let file = fs::File::create(f.path().join("a/metadata.json")).unwrap();
        file.set_len(100_000_000).unwrap();
    }));
}

#[test]
fn metadata_is_a_nesting_bomb() {
    let bomb = format!("{{\"assets\": {}", "[".repeat(1_000_000));
    assert_snapshot!(inspect("a", |f| replace(f, "a/metadata.json", bomb)));
}

#[test]
fn another_manifest_version_is_shown_with_a_warning() {
    assert_snapshot!(inspect("a", |f| edit(f, "0.2", "0.3")));
}

#[test]
fn no_asset_is_named() {
    assert_snapshot!(inspect("a", |f| edit(
        f,
        "\"main\": \"a.aimodel\"",
        "\"main\": 7"
    )));
}

#[test]
fn the_asset_is_not_there() {
    assert_snapshot!(inspect("a", |f| edit(f, "a.aimodel", "b.aimodel")));
}

#[test]
fn the_asset_path_leaves_the_bundle() {
    assert_snapshot!(inspect("a", |f| edit(f, "a.aimodel", "../a/a.aimodel")));
}

#[test]
fn the_asset_path_is_absolute() {
    assert_snapshot!(inspect("a", |f| edit(f, "a.aimodel", "/a.aimodel")));
}

#[test]
fn an_asset_without_bytecode() {
    assert_snapshot!(inspect("a", |f| {
        fs::remove_file(f.path().join("a/a.aimodel/main.mlirb")).unwrap();
    }));
}

#[test]
fn an_asset_that_is_a_file() {
    assert_snapshot!(inspect("x.aimodel", |f| replace(f, "x.aimodel", "")));
}

#[test]
fn bytecode_of_another_kind() {
    assert_snapshot!(inspect("a", |f| replace(
        f,
        "a/a.aimodel/main.mlirb",
        "PK\u{3}\u{4}"
    )));
}

#[test]
fn bytecode_that_ends_early() {
    assert_snapshot!(inspect("a", |f| {
        let path = f.path().join("a/a.aimodel/main.mlirb");
        let bytes = fs::read(&path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    }));
}

#[test]
fn a_dialect_of_an_unknown_version() {
    assert_snapshot!(inspect("x.aimodel", |f| {
        let mut asset = small_asset();
        let bytecode = asset.bytecode.as_ref().unwrap().to_vec();
        let version = b"\x05".as_slice();
        // The dialect section nests the version section: id 7, its length, the version.
        let at = bytecode
            .windows(3)
            .position(|w| w == [&[7, 3], version].concat())
            .unwrap();
        let mut changed = bytecode;
        changed[at + 2] = 7;
        asset.bytecode = None;
        asset.write(&f.path().join("x.aimodel")).unwrap();
        fs::write(f.path().join("x.aimodel/main.mlirb"), changed).unwrap();
    }));
}

#[test]
fn an_asset_of_another_version() {
    assert_snapshot!(inspect("a", |f| {
        replace(
            f,
            "a/a.aimodel/metadata.json",
            "{\"assetVersion\": \"3.0\"}",
        );
    }));
}

#[test]
fn a_hash_file_of_the_wrong_length() {
    let folder = bundles(&["a"]);
    replace(&folder, "a/a.aimodel/main.hash", "short");
    let page = run(folder.path(), &["inspect", "a"]);
    assert!(
        page.stdout
            .contains("main.hash has 5 bytes, a SHA-256 has 32")
    );
    assert_eq!(page.code, 0);
    assert_eq!(
        run(folder.path(), &["inspect", "a", "--verify-hash"]).code,
        1
    );
}

#[test]
fn a_broken_tokenizer_does_not_hide_the_rest() {
    let folder = bundles(&["a"]);
    replace(
        &folder,
        "a/tokenizer/tokenizer.json",
        "{\"model\": {\"vocab\": {\"x\": -1}}}",
    );
    let run = run(folder.path(), &["inspect", "a"]);
    assert_snapshot!(format!("{}[exit {}]", run.stderr, run.code));
    assert!(run.stdout.contains("GPT2Tokenizer"));
    assert!(run.stdout.contains("keyCache"));
}

#[test]
fn what_could_be_read_of_an_unreadable_bundle_is_shown() {
    let folder = bundles(&["a"]);
    replace(&folder, "a/a.aimodel/main.mlirb", "");
    let run = run(folder.path(), &["inspect", "a"]);
    assert_eq!(run.code, 2);
    for shown in ["example/hybrid", "unreadable", "GPT2Tokenizer"] {
        assert!(
            run.stdout.contains(shown),
            "{shown} is not in {}",
            run.stdout
        );
    }
}

#[test]
fn a_missing_path_among_good_ones_is_still_a_mistake() {
    let folder = bundles(&["a"]);
    let run = run(folder.path(), &["inspect", "a", "nowhere", "--json"]);
    assert_eq!(run.code, 2);
    let document = run.json();
    assert!(document["bundles"][0]["engine"].is_object());
    assert!(document["bundles"][1]["error"].is_object());
}

#[test]
fn an_unreadable_target_among_good_ones_is_a_finding() {
    let folder = bundles(&["a", "b"]);
    replace(&folder, "a/metadata.json", "");
    assert_eq!(run(folder.path(), &["inspect", "a", "b"]).code, 1);
    assert_eq!(run(folder.path(), &["inspect", "a"]).code, 2);
}

#[test]
fn hostile_names_stay_on_their_line_and_are_cut() {
    let folder = scratch::folder();
    let mut program = Program::default();
    let mut graph = small_graph("main");
    let tensor = Tensor::new(Element::F16, &[1]);
    let zero = graph.constant(tensor.clone(), Data::Splat(vec![0, 0]));
    graph.output(
        "evil\u{1b}]0;title\u{7}\n\u{202e}name",
        tensor.clone(),
        zero,
    );
    graph.output(&"long".repeat(1 << 18), tensor, zero);
    program.add(graph);
    Asset::new(program)
        .write(&folder.path().join("x.aimodel"))
        .unwrap();
    let page = run(folder.path(), &["inspect", "x.aimodel"]);
    assert_eq!(page.code, 0, "{}", page.stderr);
    let controls = page
        .stdout
        .chars()
        .filter(|c| c.is_control() && *c != '\n')
        .count();
    assert_eq!(controls, 0);
    assert!(
        page.stdout
            .contains("evil\\u{1b}]0;title\\u{7}\\n\\u{202e}name")
    );
    assert!(
        page.stdout.lines().all(|line| line.chars().count() <= 110),
        "{}",
        page.stdout
    );
    let document = run(folder.path(), &["inspect", "x.aimodel", "--json"]).json();
    let outputs = &document["bundles"][0]["functions"][0]["outputs"];
    assert_eq!(outputs[2]["name"].as_str().unwrap().len(), 4 << 18);
}

/// Replaces a text in the manifest of `a`.
fn edit(folder: &tempfile::TempDir, from: &str, to: &str) {
    let path = folder.path().join("a/metadata.json");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    fs::write(path, text.replace(from, to)).unwrap();
}
