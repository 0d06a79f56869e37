//! `granite-bundle.toml`.

use std::fs;

use tempfile::TempDir;

use crate::{code, json, lint, loud, stderr, wrong_vocabulary};

fn with_config(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    wrong_vocabulary().write(&folder.path().join("a")).unwrap();
    fs::write(folder.path().join("granite-bundle.toml"), text).unwrap();
    folder
}

#[test]
fn every_mistake_is_reported_at_once_with_its_line() {
    let folder = with_config(
        "profle = \"auto\"\nplatform = \"windows\"\nselect = [\"graph-*\", \"grph-*\", 3]\nfail-on = 1\n\
         \n[levels]\ngranite-vocap = \"error\"\ngranite-vocab = \"loud\"\n\
         \n[[baseline]]\nrule = \"granite-voca\"\nreason = \" \"\nnote = \"x\"\n",
    );
    let output = lint(folder.path(), &["a"]);
    assert_eq!(code(&output), 2);
    insta::assert_snapshot!(stderr(&output));
}

#[test]
fn a_syntax_error_has_its_line() {
    let folder = with_config("profile = \"auto\"\nselect = [\n");
    let output = lint(folder.path(), &["a"]);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("granite-bundle.toml:"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn rules_are_selected_ignored_and_given_levels() {
    let folder = with_config("ignore = [\"profile\"]\n[levels]\n\"graph-vocab-*\" = \"warning\"\n");
    let output = lint(folder.path(), &["a"]);
    assert_eq!(code(&output), 0);
    assert_eq!(loud(&json(folder.path(), &["a"])), ["graph-vocab-mismatch"]);
    let strict = lint(folder.path(), &["--fail-on", "warning", "a"]);
    assert_eq!(code(&strict), 1);
    let other = json(folder.path(), &["--select", "bundle,asset-*", "a"]);
    assert_eq!(loud(&other), [""; 0]);
}

#[test]
fn the_nearest_configuration_above_each_bundle_counts() {
    let folder = with_config("select = [\"granite-vocab\"]\n");
    let inner = folder.path().join("inner");
    wrong_vocabulary().write(&inner.join("b")).unwrap();
    fs::write(
        inner.join("granite-bundle.toml"),
        "select = [\"graph-vocab-mismatch\"]\n",
    )
    .unwrap();
    let found = loud(&json(folder.path(), &["a", "inner"]));
    assert_eq!(found, ["granite-vocab", "graph-vocab-mismatch"]);
}

#[test]
fn a_profile_in_the_configuration_is_relative_to_it() {
    let folder = with_config("profile = \"mine.toml\"\n");
    let text = include_str!("../../src/profile/data/granite-4.0-h-350m.toml");
    let mine = text.replace("family = \"granite-4.0-h\"", "family = \"mine\"");
    fs::write(folder.path().join("mine.toml"), mine).unwrap();
    let found = loud(&json(folder.path(), &["a"]));
    assert_eq!(found, ["graph-vocab-mismatch", "profile-vocab"]);
}

#[test]
fn the_published_schema_accepts_what_the_program_does() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../schemas/config.schema.json")).unwrap();
    let good = "profile = \"none\"\nprofiles = []\nplatform = \"ios\"\nselect = [\"graph\"]\nignore = []\nfail-on = \"note\"\n\
                [levels]\nasset = \"note\"\n[[baseline]]\nrule = \"granite-vocab\"\nsubject = \"s\"\npath = \"a/*\"\nreason = \"r\"\n";
    let bad = "select = \"graph\"\n";
    let value = |text: &str| toml::from_str::<serde_json::Value>(text).unwrap();
    assert!(jsonschema::is_valid(&schema, &value(good)));
    assert!(!jsonschema::is_valid(&schema, &value(bad)));
    assert_eq!(code(&lint(with_config(good).path(), &["a"])), 1);
    assert_eq!(code(&lint(with_config(bad).path(), &["a"])), 2);
}
