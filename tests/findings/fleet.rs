//! Many bundles in one run.

use std::fs;

use crate::{code, granite_350m, json, lint, stderr, stdout, wrong_vocabulary};
use granite_bundle_testkit::scratch;

#[test]
fn broken_bundles_never_stop_the_rest_and_order_is_that_of_names() {
    let folder = scratch::folder();
    for name in ["b-good", "d-good"] {
        granite_350m().write(&folder.path().join(name)).unwrap();
    }
    wrong_vocabulary()
        .write(&folder.path().join("a-vocab"))
        .unwrap();
    let broken = folder.path().join("c-broken");
    granite_350m().write(&broken).unwrap();
    fs::write(
        broken.join("granite-350m-fp16.aimodel/main.mlirb"),
        "ML\u{ef}R",
    )
    .unwrap();

    let document = json(folder.path(), &["."]);
    let paths = document["bundles"].as_array().unwrap().iter();
    let paths = paths
        .map(|entry| entry["path"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(paths, ["./a-vocab", "./b-good", "./c-broken", "./d-good"]);
    assert!(document["bundles"][2]["error"]["message"].is_string());
    let unreadable = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["path"] == "./c-broken" && finding["level"] == "error")
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(unreadable, ["asset-unreadable"]);
    let again = json(folder.path(), &["."]);
    assert_eq!(document, again);
    let rules = "asset-unreadable,graph-vocab-mismatch,run-warmup";
    insta::assert_snapshot!(stdout(&lint(folder.path(), &["--select", rules, "."])));
}

#[test]
fn a_path_that_is_no_bundle_is_a_finding_and_one_that_is_missing_is_trouble() {
    let folder = scratch::folder();
    granite_350m().write(&folder.path().join("good")).unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(code(&lint(folder.path(), &["good", "empty"])), 1);
    let output = lint(folder.path(), &["good", "missing"]);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("good"));
    assert!(stderr(&output).contains("missing"));
}

#[test]
fn a_broken_manifest_above_the_bundles_is_a_finding_of_its_own() {
    let folder = scratch::folder();
    granite_350m()
        .write(&folder.path().join("fleet/a"))
        .unwrap();
    granite_350m()
        .write(&folder.path().join("fleet/b"))
        .unwrap();
    fs::write(folder.path().join("fleet/metadata.json"), "{ broken").unwrap();
    let document = json(folder.path(), &["fleet"]);
    let paths = document["bundles"].as_array().unwrap().iter();
    let paths = paths.map(|entry| entry["path"].as_str().unwrap());
    assert_eq!(paths.collect::<Vec<_>>(), ["fleet", "fleet/a", "fleet/b"]);
    let errors = document["findings"].as_array().unwrap().iter();
    let errors = errors.filter(|finding| finding["level"] == "error");
    let errors = errors.map(|finding| (finding["path"].as_str(), finding["rule"].as_str()));
    let expected = (Some("fleet"), Some("bundle-malformed-metadata"));
    assert_eq!(errors.collect::<Vec<_>>(), [expected]);
}

#[test]
fn a_bundle_named_twice_is_linted_once() {
    let folder = scratch::folder();
    granite_350m().write(&folder.path().join("x/a")).unwrap();
    std::os::unix::fs::symlink("x", folder.path().join("link")).unwrap();
    let document = json(
        folder.path(),
        &["x/a", "x/a/", "./x/a", "x", "link/a", "x/../x/a"],
    );
    assert_eq!(document["bundles"].as_array().unwrap().len(), 1);
    assert_eq!(document["bundles"][0]["path"], "x/a");
}
