//! Links out of a bundle, to nothing and in circles.

use std::os::unix::fs::symlink;

use super::*;

/// Moves a path out of the bundle, and puts a link to `target` in its place.
fn link(folder: &tempfile::TempDir, path: &str, target: &str) {
    let path = folder.path().join(path);
    fs::rename(&path, folder.path().join("outside")).unwrap();
    symlink(target, path).unwrap();
}

#[test]
fn out_of_the_bundle() {
    assert_snapshot!(inspect("a", |f| link(f, "a/a.aimodel", "../outside")));
}

#[test]
fn to_nothing() {
    assert_snapshot!(inspect("a", |f| link(f, "a/a.aimodel", "gone")));
}

#[test]
fn in_a_circle() {
    assert_snapshot!(inspect("a", |f| link(f, "a/a.aimodel", "a.aimodel")));
}

#[test]
fn of_the_bytecode_out_of_the_bundle() {
    assert_snapshot!(inspect("a", |f| {
        link(f, "a/a.aimodel/main.mlirb", "../../outside");
    }));
}

#[test]
fn of_the_manifest_out_of_the_bundle() {
    assert_snapshot!(inspect("a", |f| link(f, "a/metadata.json", "../outside")));
}

#[test]
fn of_the_tokenizer_out_of_the_bundle() {
    assert_snapshot!(inspect("a", |f| link(f, "a/tokenizer", "../outside")));
}

#[test]
fn inside_the_bundle_is_followed_and_shown() {
    let folder = bundles(&["a"]);
    let asset = folder.path().join("a/a.aimodel");
    fs::rename(&asset, folder.path().join("a/real.aimodel")).unwrap();
    symlink("real.aimodel", asset).unwrap();
    let run = run(folder.path(), &["inspect", "a"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("a/a.aimodel → real.aimodel"),
        "{}",
        run.stdout
    );
}

#[test]
fn to_the_bundle_itself_are_followed() {
    let folder = bundles(&["a"]);
    symlink("a", folder.path().join("alias")).unwrap();
    let run = run(folder.path(), &["inspect", "alias"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("alias → a"), "{}", run.stdout);
}
