//! `--fix` and `--diff`: what is certain, and nothing else.

use std::fs;
use std::path::Path;

use granite_bundle_testkit::bundle::Bundle;
use granite_bundle_testkit::granite::{Geometry, Granite};
use granite_bundle_testkit::repository;
use granite_bundle_testkit::scratch;
use granite_bundle_testkit::turn::has_turn;
use serde_json::{Value, json};

use std::process::Output;

use crate::{lint, stderr, stdout};

const NAME: &str = "granite-4.0-h-1b-signature";

/// A copy `a` of the sample bundle, whose bytecode takes no time to read.
fn bundle() -> tempfile::TempDir {
    let folder = scratch::folder();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(NAME);
    repository::copy(&sample, &folder.path().join("a")).unwrap();
    folder
}

/// The same with a change of one of its JSON files.
fn changed(file: &str, change: impl FnOnce(&mut Value)) -> tempfile::TempDir {
    let folder = bundle();
    let mut value = json_of(&folder, file);
    change(&mut value);
    let text = serde_json::to_string_pretty(&value).unwrap() + "\n";
    fs::write(folder.path().join("a").join(file), text).unwrap();
    folder
}

fn manifest(change: impl FnOnce(&mut Value)) -> tempfile::TempDir {
    changed("metadata.json", change)
}

fn text(folder: &tempfile::TempDir, file: &str) -> String {
    fs::read_to_string(folder.path().join("a").join(file)).unwrap()
}

fn json_of(folder: &tempfile::TempDir, file: &str) -> Value {
    serde_json::from_str(&text(folder, file)).unwrap()
}

fn fix(folder: &tempfile::TempDir, more: &[&str]) -> Output {
    lint(folder.path(), &[&["a"], more].concat())
}

/// Every file of a folder with its content.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file() && entry.file_name() != "main.mlirb")
        .map(|entry| {
            (
                entry.path().display().to_string(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    found.sort();
    found
}

/// Mistakes and the pointer and value that mend each.
#[allow(clippy::type_complexity, reason = "a table")]
const MISTAKES: &[(fn(&mut Value), &str, fn() -> Value)] = &[
    (
        |m| m["metadata_version"] = json!(0.2),
        "/metadata_version",
        || json!("0.2"),
    ),
    (
        |m| m["metadata_version"] = json!("0.2 "),
        "/metadata_version",
        || json!("0.2"),
    ),
    (
        |m| drop(m.as_object_mut().unwrap().remove("metadata_version")),
        "/metadata_version",
        || json!("0.2"),
    ),
    (|m| m["kind"] = json!("lmm"), "/kind", || json!("llm")),
    (|m| m["kind"] = json!("LLM"), "/kind", || json!("llm")),
    (|m| m["kind"] = json!("lm"), "/kind", || json!("llm")),
    (
        |m| m["assets"]["main"] = json!("other.aimodel"),
        "/assets/main",
        || json!(format!("{NAME}.aimodel")),
    ),
    (
        |m| drop(m.as_object_mut().unwrap().remove("assets")),
        "/assets/main",
        || json!(format!("{NAME}.aimodel")),
    ),
    (
        |m| m["assets"]["main"] = json!(7),
        "/assets/main",
        || json!(format!("{NAME}.aimodel")),
    ),
    (
        |m| m["language"]["vocab_size"] = json!(100_353),
        "/language/vocab_size",
        || json!(100_352),
    ),
    (
        |m| m["language"]["vocab_size"] = json!(null),
        "/language/vocab_size",
        || json!(100_352),
    ),
    (
        |m| m["language"]["vocab_size"] = json!("100352"),
        "/language/vocab_size",
        || json!(100_352),
    ),
    (
        |m| m["language"]["vocab_size"] = json!(0),
        "/language/vocab_size",
        || json!(100_352),
    ),
    (
        |m| m["language"]["function_map"] = json!({ "main": "main", "a/b": "x" }),
        "/language/function_map",
        || json!({ "main": ["main"], "a/b": ["x"] }),
    ),
    (
        |m| m["language"]["states"] = json!({ "keyCache": "kv_cache", "recState": "recurrent" }),
        "/language/states",
        || json!({ "keyCache": "kv_cache" }),
    ),
    (
        |m| m["user_data"] = json!({ "a": 7.0, "b": true, "c": "d" }),
        "/user_data",
        || json!({ "a": "7.0", "b": "true", "c": "d" }),
    ),
];

#[test]
fn what_is_certain_is_fixed_once_and_the_rest_of_the_text_stays() {
    for (change, pointer, value) in MISTAKES {
        let folder = manifest(*change);
        let before = text(&folder, "metadata.json");
        let run = fix(&folder, &["--fix"]);
        let after = text(&folder, "metadata.json");
        assert!(
            run.status.success(),
            "{pointer}: {}{}",
            stdout(&run),
            stderr(&run)
        );
        assert!(
            stderr(&run).contains("fixed a/metadata.json: "),
            "{}",
            stderr(&run)
        );
        let manifest = json_of(&folder, "metadata.json");
        assert_eq!(manifest.pointer(pointer), Some(&value()), "{after}");
        let differing = diffy::create_patch(&before, &after);
        let lines = differing.hunks().iter().flat_map(|hunk| hunk.lines());
        let changed = lines.filter(|line| !matches!(line, diffy::Line::Context(_)));
        assert!(changed.count() <= 12, "{differing}");
        // A second fix changes nothing.
        let once = files(folder.path());
        let again = document(&folder, &["--fix", "--json"]);
        assert_eq!(again["fixes"], json!([]), "{pointer}");
        assert_eq!(files(folder.path()), once, "{pointer}");
    }
}

#[test]
fn a_diff_shows_every_fix_and_writes_nothing() {
    let mistakes = MISTAKES.iter().enumerate();
    for (_, (change, pointer, _)) in mistakes.filter(|(place, _)| has_turn(*place, 3)) {
        let folder = manifest(*change);
        let before = files(folder.path());
        let run = fix(&folder, &["--diff"]);
        let shown = stdout(&run);
        assert!(
            shown.starts_with("--- a/a/metadata.json\n+++ b/a/metadata.json\n"),
            "{pointer}: {shown}"
        );
        assert_eq!(files(folder.path()), before, "{pointer}");
        fix(&folder, &["--fix"]);
        let [old, new] = [
            before[metadata(&before)].1.clone(),
            text(&folder, "metadata.json").into(),
        ];
        let patch = diffy::Patch::from_bytes(shown.as_bytes()).unwrap();
        assert_eq!(diffy::apply_bytes(&old, &patch).unwrap(), new, "{pointer}");
    }
}

fn metadata(files: &[(String, Vec<u8>)]) -> usize {
    files
        .iter()
        .position(|(path, _)| path.ends_with("a/metadata.json"))
        .unwrap()
}

#[test]
fn what_is_not_certain_is_left() {
    let cases: &[fn(&mut Value)] = &[
        |m| m["metadata_version"] = json!("0.3"),
        |m| m["kind"] = json!("text"),
        |m| m["kind"] = json!(7),
        |m| m["user_data"] = json!({ "a": null, "b": [1] }),
        |m| m["language"]["function_map"] = json!({ "main": 7 }),
        |m| m["language"]["max_context_length"] = json!(null),
        |m| m["assets"] = json!({ "main": "../x.aimodel" }),
    ];
    for change in cases {
        let folder = manifest(*change);
        let before = files(folder.path());
        let run = fix(&folder, &["--fix"]);
        assert_eq!(files(folder.path()), before, "{}", stderr(&run));
        assert!(fix(&folder, &["--diff"]).stdout.is_empty());
    }
}

#[test]
fn one_fix_opens_the_way_for_the_next() {
    let folder = manifest(|m| {
        m["assets"]["main"] = json!("gone.aimodel");
        m["language"]["vocab_size"] = json!(7);
    });
    let run = fix(&folder, &["--fix"]);
    assert!(run.status.success(), "{}", stdout(&run));
    assert_eq!(
        json_of(&folder, "metadata.json")["language"]["vocab_size"],
        100_352
    );
}

#[test]
fn the_end_token_is_the_models() {
    let folder = changed("tokenizer/tokenizer_config.json", |config| {
        config["eos_token"] = json!("<|pad|>");
    });
    fix(&folder, &["--fix"]);
    let config = json_of(&folder, "tokenizer/tokenizer_config.json");
    assert_eq!(config["eos_token"], "<|end_of_text|>");
}

#[test]
fn the_scheme_of_quantized_weights_is_recorded() {
    let folder = scratch::folder();
    let granite = Granite::int8lin(Geometry::granite_1b());
    let bundle = Bundle::granite("granite_4_0_h_1b_decode_int8lin", &granite);
    bundle.write(&folder.path().join("a")).unwrap();
    fix(&folder, &["--fix"]);
    let compression = &json_of(&folder, "metadata.json")["compression"];
    assert_eq!(*compression, json!({ "scheme": "int8_block32" }));
}

const HASH: &str = "granite-4.0-h-1b-signature.aimodel/main.hash";

#[test]
fn a_missing_hash_is_written_and_one_that_differs_is_not() {
    let folder = bundle();
    let path = folder.path().join("a").join(HASH);
    let recorded = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let diff = lint(folder.path(), &["a", "--diff"]);
    assert!(
        stdout(&diff).contains(&hex::encode(&recorded)),
        "{}",
        stdout(&diff)
    );
    assert!(!path.exists());
    let run = lint(folder.path(), &["a", "--fix"]);
    assert_eq!(fs::read(&path).unwrap(), recorded, "{}", stderr(&run));

    fs::write(&path, [7; 32]).unwrap();
    let run = crate::run(folder.path(), &["lint", "a", "--fix"]);
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(fs::read(&path).unwrap(), [7; 32]);
}

#[test]
fn accepted_and_ignored_findings_are_left() {
    let folder = manifest(|m| m["kind"] = json!("lmm"));
    let before = text(&folder, "metadata.json");
    fix(&folder, &["--fix", "--ignore", "bundle-kind"]);
    assert_eq!(text(&folder, "metadata.json"), before);
}

#[test]
fn a_file_that_others_have_too_is_left_and_said() {
    let folder = manifest(|m| m["kind"] = json!("lmm"));
    let path = folder.path().join("a/metadata.json");
    let other = folder.path().join("other.json");
    fs::hard_link(&path, &other).unwrap();
    let before = fs::read(&path).unwrap();
    let run = fix(&folder, &["--fix"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(
        stderr(&run).contains("a/metadata.json has other names"),
        "{}",
        stderr(&run)
    );
    fs::remove_file(&path).unwrap();
    fs::rename(&other, folder.path().join("a/real.json")).unwrap();
    std::os::unix::fs::symlink("real.json", &path).unwrap();
    let run = fix(&folder, &["--fix"]);
    assert!(
        stderr(&run).contains("a/metadata.json is a link"),
        "{}",
        stderr(&run)
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn the_order_of_keys_and_every_space_is_kept() {
    let folder = manifest(|_| {});
    let odd = "{ \"kind\" : \"lmm\" ,\r\n\t\"x\":[1,  2.50, 1e2],\"metadata_version\":0.2,\r\n\"name\":\"é\",\
        \"assets\":{\"main\":\"granite-4.0-h-1b-signature.aimodel\"},\
        \"language\":{\"tokenizer\":\"t\",\"vocab_size\":100352,\"max_context_length\":4096.0}}";
    fs::write(folder.path().join("a/metadata.json"), odd).unwrap();
    fix(&folder, &["--fix"]);
    let expected = odd.replace("lmm", "llm").replace(":0.2", ":\"0.2\"");
    assert_eq!(text(&folder, "metadata.json"), expected);
}

/// The document of a run, held to its schema.
fn document(folder: &tempfile::TempDir, more: &[&str]) -> Value {
    let output = fix(folder, more);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = serde_json::from_str(include_str!("../../schemas/lint-1.schema.json")).unwrap();
    jsonschema::validate(&schema, &document).unwrap();
    document
}

#[test]
fn the_document_lists_what_is_fixed_and_what_would_be() {
    let folder = manifest(|json| {
        json["metadata_version"] = json!(0.2);
        json["user_data"] = json!({ "a": 1, "b/c": true, "d": "text", "e": {} });
    });
    let before = files(folder.path());
    let planned = document(&folder, &["--diff", "--json"]);
    assert_eq!(files(folder.path()), before);
    let made = document(&folder, &["--fix", "--json"]);
    let told = |document: &Value, written: bool| -> Vec<(String, String)> {
        let fixes = document["fixes"].as_array().unwrap().iter();
        let text = |fix: &Value, field: &str| fix[field].as_str().unwrap().to_owned();
        fixes
            .inspect(|fix| {
                assert_eq!(
                    (&fix["written"], &fix["path"]),
                    (&json!(written), &json!("a"))
                )
            })
            .map(|fix| (text(fix, "subject"), text(fix, "value")))
            .collect()
    };
    let expected = [
        ("metadata_version", "\"0.2\""),
        ("user_data.a", "\"1\""),
        ("user_data.b/c", "\"true\""),
    ];
    let expected = expected.map(|(subject, value)| (subject.to_owned(), value.to_owned()));
    assert_eq!(told(&planned, false), expected);
    assert_eq!(told(&made, true), expected);
    assert!(planned["findings"].to_string().contains("bundle-version"));
    assert!(!made["findings"].to_string().contains("bundle-version"));
    assert_eq!(document(&folder, &["--json"])["fixes"], Value::Null);
}

#[test]
fn thousands_of_values_are_all_fixed_at_once() {
    let folder = manifest(|json| {
        let numbers = |count: usize| (0..count).map(|key| (format!("k{key}"), json!(key)));
        json["user_data"] = Value::Object(numbers(12_000).collect());
        json["language"]["states"] = Value::Object(numbers(3_000).collect());
        json["language"]["states"]["keyCache"] = json!("kv_cache");
    });
    let output = fix(&folder, &["--fix"]);
    assert!(
        stderr(&output).contains("fixed 14800 more of these\n"),
        "{}",
        stderr(&output)
    );
    let fixed = json_of(&folder, "metadata.json");
    let values = fixed["user_data"].as_object().unwrap();
    assert_eq!(values.len(), 12_000);
    assert!(values.values().all(Value::is_string));
    assert_eq!(
        fixed["language"]["states"],
        json!({ "keyCache": "kv_cache" })
    );
    let before = text(&folder, "metadata.json");
    let again = fix(&folder, &["--fix"]);
    assert!(!stderr(&again).contains("fixed"), "{}", stderr(&again));
    assert_eq!(text(&folder, "metadata.json"), before);
}
