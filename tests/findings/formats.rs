//! Every format of `lint`, held to its schema; the exit code does not depend on it.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::{code, granite_350m, json, lint, stdout, wrong_vocabulary};
use granite_bundle_testkit::scratch;

const FORMATS: [&str; 7] = [
    "human", "json", "sarif", "junit", "github", "gitlab", "markdown",
];

/// A repository with one bundle whose vocabulary is wrong and accepted as far as the manifest goes.
fn repository() -> TempDir {
    let folder = scratch::folder();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let bundle = folder.path().join("my bundles/a");
    wrong_vocabulary().write(&bundle).unwrap();
    let config = "[[baseline]]\nrule = \"granite-vocab\"\nsubject = \"language.vocab_size\"\nreason = \"to be exported again\"\n";
    fs::write(folder.path().join("granite-bundle.toml"), config).unwrap();
    folder
}

fn sarif(folder: &TempDir) -> Value {
    let args = [
        "--format",
        "sarif",
        "--level",
        "note",
        "--suppressed",
        "my bundles/a",
    ];
    let output = lint(folder.path(), &args);
    serde_json::from_str(&stdout(&output)).unwrap()
}

#[test]
fn a_page_says_what_is_wrong_and_what_the_host_must_do() {
    let folder = repository();
    let rules = "granite-vocab,graph-vocab-mismatch,run-chunk-one,run-warmup";
    let output = lint(folder.path(), &["--select", rules, "my bundles/a"]);
    insta::assert_snapshot!(stdout(&output));
}

#[test]
fn the_exit_code_is_the_same_in_every_format() {
    let folder = scratch::folder();
    granite_350m().write(&folder.path().join("good")).unwrap();
    wrong_vocabulary()
        .write(&folder.path().join("bad"))
        .unwrap();
    for format in FORMATS {
        let exit = |bundle: &str| code(&lint(folder.path(), &["--format", format, bundle]));
        assert_eq!(
            (exit("good"), exit("bad"), exit("none")),
            (0, 1, 2),
            "{format}"
        );
    }
}

#[test]
fn json_is_the_documented_document() {
    let folder = repository();
    let document = json(folder.path(), &["my bundles/a"]);
    let schema = serde_json::from_str(include_str!("../../schemas/lint-1.schema.json")).unwrap();
    jsonschema::validate(&schema, &document).unwrap();

    let inspect: Value =
        serde_json::from_str(include_str!("../../schemas/inspect-1.schema.json")).unwrap();
    let bundles = &document["bundles"];
    let embedded = serde_json::json!({ "schema": "granite-bundle/inspect/1", "bundles": bundles });
    jsonschema::validate(&inspect, &embedded).unwrap();

    assert_eq!(document["suppressed"][0]["rule"], "granite-vocab");
    assert_eq!(document["suppressed"][0]["reason"], "to be exported again");
    assert_eq!(document["summary"]["errors"], 1);
    assert_eq!(document["bundles"][0]["profile"], "granite-4.0-h-350m");
}

#[test]
fn sarif_is_valid_relative_and_anchored() {
    let folder = repository();
    let log = sarif(&folder);
    let mut schema: Value =
        serde_json::from_str(include_str!("sarif/sarif-2.1.0.schema.json")).unwrap();
    // The standard's own pattern for languages has a bracket too many and is no regular expression.
    for owner in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][owner]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
    jsonschema::validate(&schema, &log).unwrap();

    let results = log["runs"][0]["results"].as_array().unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    for result in results {
        let physical = &result["locations"][0]["physicalLocation"];
        let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.starts_with("my%20bundles/a/"), "{uri}");
        assert!(physical["region"]["startLine"].as_u64().unwrap() >= 1);
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(
            rules[index]["help"]["markdown"]
                .as_str()
                .unwrap()
                .contains("## How to fix")
        );
    }
    let of = |rule: &str| {
        results
            .iter()
            .find(|result| result["ruleId"] == rule)
            .unwrap()
    };
    assert_eq!(
        of("granite-vocab")["suppressions"][0]["justification"],
        "to be exported again"
    );
    assert_eq!(of("graph-vocab-mismatch")["suppressions"], Value::Null);
    let manifest = fs::read_to_string(folder.path().join("my bundles/a/metadata.json")).unwrap();
    let line = manifest
        .lines()
        .position(|line| line.contains("vocab_size"))
        .unwrap()
        + 1;
    let region = &of("granite-vocab")["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["startLine"], line);
}

#[test]
fn fingerprints_outlive_moved_lines() {
    let folder = repository();
    let prints = |log: &Value| {
        let results = log["runs"][0]["results"].as_array().unwrap();
        results
            .iter()
            .map(|result| result["partialFingerprints"].clone())
            .collect::<Vec<_>>()
    };
    let before = sarif(&folder);
    let manifest = folder.path().join("my bundles/a/metadata.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, format!("\n\n\n{text}")).unwrap();
    let after = sarif(&folder);
    assert_ne!(before, after);
    assert_eq!(prints(&before), prints(&after));
}

#[test]
fn junit_fails_skips_and_passes_by_rule() {
    let folder = repository();
    let args = ["--format", "junit", "--level", "note", "my bundles/a"];
    let xml = stdout(&lint(folder.path(), &args));
    let case = |rule: &str| {
        let start = xml.find(&format!("<testcase name=\"{rule}\"")).unwrap();
        let rest = &xml[start..];
        let end = rest[1..]
            .find("<testcase")
            .map_or(rest.len(), |end| end + 1);
        &rest[..end]
    };
    assert!(case("graph-vocab-mismatch").contains("<failure"));
    assert!(case("granite-vocab").contains("<skipped message=\"to be exported again\""));
    assert!(case("run-warmup").contains("<system-out>"));
    assert!(
        case("bundle-version").ends_with("/>\n        ")
            || !case("bundle-version").contains("failure")
    );
}

#[test]
fn github_annotates_what_counts() {
    let folder = repository();
    let text = stdout(&lint(
        folder.path(),
        &["--format", "github", "my bundles/a"],
    ));
    assert!(
        text.contains("::error file=my bundles/a/metadata.json,line="),
        "{text}"
    );
    assert!(!text.contains("title=granite-vocab::"));
}

#[test]
fn output_is_written_whole_and_plain() {
    let folder = repository();
    let file = folder.path().join("report.txt");
    fs::write(&file, "old").unwrap();
    let args = ["--output", "report.txt", "my bundles/a"];
    let output = lint(folder.path(), &args);
    assert_eq!(code(&output), 1);
    assert_eq!(stdout(&output), "refused: 1 error, 11 notes, 1 accepted\n");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("graph-vocab-mismatch") && !text.contains('\u{1b}'));
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 4, "a temporary file was left behind");
    let output = lint(
        folder.path(),
        &["--output", "no/such/folder", "my bundles/a"],
    );
    assert_eq!(code(&output), 2);
}

#[test]
fn a_finding_is_anchored_on_its_own_key_whatever_it_is_made_of() {
    let folder = scratch::folder();
    let mut bundle = granite_350m();
    let manifest = bundle.manifest.as_mut().unwrap();
    manifest["functions"] = serde_json::json!({ "main": 1 });
    manifest["user_data"] = serde_json::json!({
        "a": { "b": 1 }, "a.b": 2, "c/d": 3, "c": { "d": 4 }, "~": 5, "e.f/g": 6,
    });
    manifest["assets"]["extra/one.two"] = "../out.aimodel".into();
    manifest["assets"]["extra"] = "main.aimodel".into();
    bundle.write(&folder.path().join("a")).unwrap();
    let text = fs::read_to_string(folder.path().join("a/metadata.json")).unwrap();
    let line_of = |key: &str| {
        let mut lines = text.lines();
        let key = format!("\"{key}\":");
        lines
            .position(|line| line.trim_start().starts_with(&key))
            .unwrap()
            + 1
    };
    let document = json(folder.path(), &["a"]);
    let findings = document["findings"].as_array().unwrap();
    let line = |subject: &str| {
        let mut found = findings.iter().filter(|it| it["subject"] == subject);
        found.next().unwrap()["location"]["line"].as_u64().unwrap() as usize
    };
    for (subject, key) in [
        ("user_data.a", "a"),
        ("user_data.a.b", "a.b"),
        ("user_data.c/d", "c/d"),
        ("user_data.c", "c"),
        ("user_data.~", "~"),
        ("user_data.e.f/g", "e.f/g"),
        ("assets.extra/one.two", "extra/one.two"),
        ("functions.main.states", "main"),
    ] {
        assert_eq!(line(subject), line_of(key), "{subject}");
    }
}
