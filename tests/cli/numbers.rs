//! Numbers as strangers write them.

use std::fs;

use crate::{bundles, run};

/// Edits the manifest of the bundle `a` as text.
pub(crate) fn manifest(folder: &tempfile::TempDir, from: &str, to: &str) {
    let path = folder.path().join("a/metadata.json");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Rules of the findings that `lint` has of the bundle `a`, with their levels, below a note.
pub(crate) fn findings(folder: &tempfile::TempDir) -> Vec<String> {
    let lint = run(
        folder.path(),
        &[
            "lint",
            "a",
            "--format",
            "json",
            "--no-hash",
            "--profile",
            "none",
        ],
    );
    let document = lint.json();
    let found = document["findings"].as_array().unwrap().iter();
    found
        .filter(|finding| finding["level"] != "note")
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_whole_number_is_one_in_every_spelling() {
    let plain = bundles(&["a"]);
    let expected = findings(&plain);
    for (vocabulary, context) in [
        ("64.0", "4096.0"),
        ("64e0", "4.096e3"),
        ("640e-1", "40960E-1"),
    ] {
        let folder = bundles(&["a"]);
        manifest(
            &folder,
            "\"vocab_size\": 64",
            &format!("\"vocab_size\": {vocabulary}"),
        );
        manifest(
            &folder,
            "\"max_context_length\": 4096",
            &format!("\"max_context_length\": {context}"),
        );
        assert_eq!(findings(&folder), expected, "{vocabulary}");
        let document = run(folder.path(), &["inspect", "a", "--json"]).json();
        let memory = &document["bundles"][0]["memory"];
        assert!(memory["kv_bytes_at_max_context"].is_u64(), "{memory}");
    }
}

#[test]
fn no_spelling_of_a_number_passes_a_rule_by() {
    for (key, value, spelt, rule) in [
        ("vocab_size", "64", "65.0", "graph-vocab-mismatch"),
        ("vocab_size", "64", "650e-1", "graph-vocab-mismatch"),
        ("vocab_size", "64", "-0.0", "bundle-nonpositive-size"),
        (
            "max_context_length",
            "4096",
            "-0",
            "bundle-nonpositive-size",
        ),
        (
            "max_context_length",
            "4096",
            "-7e0",
            "bundle-nonpositive-size",
        ),
        (
            "max_context_length",
            "4096",
            "4096.5",
            "bundle-required-field",
        ),
        (
            "max_context_length",
            "4096",
            "1e400",
            "bundle-required-field",
        ),
        (
            "max_context_length",
            "4096",
            "9223372036854775808",
            "bundle-required-field",
        ),
    ] {
        let folder = bundles(&["a"]);
        manifest(
            &folder,
            &format!("\"{key}\": {value}"),
            &format!("\"{key}\": {spelt}"),
        );
        let found = findings(&folder);
        assert!(
            found.iter().any(|found| found == rule),
            "{spelt}: {found:?}"
        );
    }
}

#[test]
fn a_number_beyond_every_type_harms_no_field_that_nobody_reads() {
    let folder = bundles(&["a"]);
    manifest(
        &folder,
        "\"compression\": null",
        "\"compression\": { \"x\": 1e400 }",
    );
    let document = run(folder.path(), &["inspect", "a", "--json"]);
    assert_eq!(document.code, 0, "{}", document.stderr);
    assert!(!findings(&folder).contains(&"bundle-malformed-metadata".to_owned()));
}
