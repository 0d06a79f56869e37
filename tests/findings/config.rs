//! `granite-bundle.toml`.

use std::fs;

use tempfile::TempDir;

use crate::{code, granite_350m, json, lint, loud, stderr, wrong_vocabulary};
use granite_bundle_testkit::scratch;

fn with_config(text: &str) -> TempDir {
    let folder = scratch::folder();
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
                [levels]\nasset = \"off\"\n[[baseline]]\nrule = \"granite-vocab\"\nsubject = \"s\"\nvalue = \"v\"\nuntil = \"2999-01-01\"\npath = \"a/*\"\nreason = \"r\"\n";
    let bad = "select = \"graph\"\n";
    let value = |text: &str| toml::from_str::<serde_json::Value>(text).unwrap();
    assert!(jsonschema::is_valid(&schema, &value(good)));
    assert!(!jsonschema::is_valid(&schema, &value(bad)));
    assert_eq!(code(&lint(with_config(good).path(), &["a"])), 1);
    assert_eq!(code(&lint(with_config(bad).path(), &["a"])), 2);
}

#[test]
fn a_configuration_that_came_with_a_bundle_is_not_obeyed_unless_named() {
    let folder = scratch::folder();
    let bundle = folder.path().join("a");
    wrong_vocabulary().write(&bundle).unwrap();
    for (file, text) in [
        ("a/granite-bundle.toml", "ignore = [\"*\"]\n"),
        (
            "a/granite-350m-fp16.aimodel/granite-bundle.toml",
            "ignore = [\"*\"]\n",
        ),
        ("a/granite-bundle.toml", "profile = \"/dev/zero\"\n"),
        ("a/granite-bundle.toml", "broken"),
    ] {
        fs::write(folder.path().join(file), text).unwrap();
        for path in ["a", ".", "a/granite-350m-fp16.aimodel"] {
            let output = lint(folder.path(), &[path]);
            let expected = i32::from(!path.ends_with(".aimodel"));
            assert_eq!(code(&output), expected, "{file} {path}");
            assert!(
                stderr(&output).contains("is not obeyed"),
                "{}",
                stderr(&output)
            );
        }
    }
    fs::write(bundle.join("granite-bundle.toml"), "ignore = [\"*\"]\n").unwrap();
    let output = lint(&bundle, &["--config", "granite-bundle.toml", "."]);
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
}

#[test]
fn the_search_stops_at_the_repository() {
    let folder = with_config("ignore = [\"*\"]\n");
    fs::create_dir(folder.path().join("repo")).unwrap();
    fs::rename(folder.path().join("a"), folder.path().join("repo/a")).unwrap();
    assert_eq!(code(&lint(folder.path(), &["repo/a"])), 0);
    fs::create_dir(folder.path().join("repo/.git")).unwrap();
    assert_eq!(code(&lint(folder.path(), &["repo/a"])), 1);
}

#[test]
fn a_configuration_beside_a_link_is_found() {
    let folder = with_config("ignore = [\"*\"]\n");
    let elsewhere = scratch::folder();
    fs::rename(folder.path().join("a"), elsewhere.path().join("a")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("a"), folder.path().join("link")).unwrap();
    for path in ["link", "./link/", "."] {
        assert_eq!(code(&lint(folder.path(), &[path])), 0, "{path}");
    }
}

#[test]
fn a_broken_configuration_is_a_finding_of_its_bundles_alone() {
    let folder = scratch::folder();
    for name in ["x/a", "y/b"] {
        granite_350m().write(&folder.path().join(name)).unwrap();
    }
    for broken in [
        "profle = 1\n",
        "profile = \"none.toml\"\n",
        "profiles = [\"none.toml\"]\n",
    ] {
        fs::write(folder.path().join("x/granite-bundle.toml"), broken).unwrap();
        let output = lint(folder.path(), &["."]);
        assert_eq!(code(&output), 1, "{}", stderr(&output));
        assert!(
            stderr(&output).contains("x/granite-bundle.toml")
                || stderr(&output).contains("none.toml")
        );
        let document = json(folder.path(), &["."]);
        assert_eq!(loud(&document), ["configuration-unusable"]);
        let finding = document["findings"].as_array().unwrap().iter();
        let mut finding = finding.filter(|it| it["rule"] == "configuration-unusable");
        assert_eq!(finding.next().unwrap()["path"], "./x/a");
        assert_eq!(document["bundles"].as_array().unwrap().len(), 2);
        assert_eq!(code(&lint(folder.path(), &["x"])), 2);
        assert_eq!(code(&lint(folder.path(), &["--no-config", "."])), 0);
    }
}

#[test]
fn rules_are_turned_off_by_id_family_and_pattern() {
    for (levels, left) in [
        ("graph-vocab-mismatch = \"off\"", vec!["granite-vocab"]),
        ("graph = \"off\"", vec!["granite-vocab"]),
        ("\"*-vocab*\" = \"off\"", vec![]),
        (
            "\"*\" = \"off\"\ngranite-vocab = \"warning\"",
            vec!["granite-vocab"],
        ),
    ] {
        let folder = with_config(&format!("[levels]\n{levels}\n"));
        assert_eq!(loud(&json(folder.path(), &["a"])), left, "{levels}");
    }
}

#[test]
fn the_configuration_used_is_shown() {
    let folder = with_config("# ours\nfail-on = \"warning\"\n[levels]\n\"run-*\" = \"off\"\n");
    let page = crate::stdout(&lint(folder.path(), &["a"]));
    assert!(page.contains("by granite-bundle.toml"), "{page}");
    let output = lint(folder.path(), &["--json", "a"]);
    assert!(stderr(&output).contains("judged by granite-bundle.toml"));
    let args = [
        "--show-config",
        "--ignore",
        "graph",
        "--profile",
        "none",
        "a",
    ];
    let output = lint(folder.path(), &args);
    assert_eq!(code(&output), 0);
    let shown = crate::stdout(&output);
    insta::assert_snapshot!(shown);
    let path = std::path::Path::new("x.toml");
    let config = granite_bundle::lint::config::Config::parse(path, &shown).unwrap();
    assert_eq!(config.ignore.len(), 1);
}
