//! Folders as strangers leave them, and every way to name them.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::numbers::findings;
use crate::{Run, bundles, replace, run};

#[test]
fn an_asset_is_one_by_whatever_path_it_is_named() {
    let folder = bundles(&["a"]);
    let asset = folder.path().join("a/a.aimodel");
    fs::create_dir(asset.join("inner")).unwrap();
    symlink("a/a.aimodel", folder.path().join("link")).unwrap();
    let expected = run(folder.path(), &["inspect", "a/a.aimodel", "--json"]).json();
    let expected = &expected["bundles"][0];
    assert_eq!(expected["bundle"], Value::Null);
    for (here, path) in [
        (asset.clone(), "."),
        (asset.clone(), "./"),
        (asset.clone(), "./."),
        (asset.join("inner"), ".."),
        (asset.join("inner"), "../"),
        (folder.path().to_owned(), "a/a.aimodel/"),
        (folder.path().to_owned(), "a/a.aimodel/."),
        (folder.path().to_owned(), "link"),
        (folder.path().to_owned(), "link/"),
    ] {
        let run = run(&here, &["inspect", path, "--json"]);
        assert_eq!(run.code, 0, "{path}: {}", run.stderr);
        let found = &run.json()["bundles"][0];
        assert_eq!(found["bundle"], Value::Null, "{path}");
        assert_eq!(found["functions"], expected["functions"], "{path}");
        let page = crate::run(&here, &["inspect", path]);
        assert!(
            page.stdout.starts_with(['a', 'l']),
            "{path}: {}",
            page.stdout
        );
    }
    let compiled = folder.path().join("x.aimodelc");
    fs::create_dir(&compiled).unwrap();
    fs::copy(asset.join("main.mlirb"), compiled.join("main-h16c.mlirb")).unwrap();
    let document = run(&compiled, &["inspect", ".", "--json"]).json();
    assert_eq!(document["bundles"][0]["asset"]["format"], "aimodelc");
}

#[test]
fn a_bundle_is_one_from_within() {
    let folder = bundles(&["a"]);
    for (here, path) in [("a", "."), ("a/tokenizer", ".."), ("a/a.aimodel", "..")] {
        let run = run(&folder.path().join(here), &["inspect", path, "--json"]);
        assert_eq!(run.json()["bundles"][0]["bundle"]["name"], "a", "{here}");
    }
}

#[test]
fn names_that_are_no_utf8_are_told_apart() {
    let folder = bundles(&["a"]);
    for name in [&b"x\xff"[..], b"x\xfe"] {
        let to = folder.path().join(OsStr::from_bytes(name));
        let mut copy = Command::new("cp");
        copy.arg("-r").arg(folder.path().join("a")).arg(to);
        assert!(copy.status().unwrap().success());
    }
    let document = run(folder.path(), &["inspect", ".", "--json"]);
    assert_eq!(document.code, 0, "{}", document.stderr);
    let document = document.json();
    let paths = document["bundles"].as_array().unwrap().iter();
    let paths: Vec<_> = paths
        .map(|bundle| bundle["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["./a", r"./x\xfe", r"./x\xff"]);
    let lint = run(
        folder.path(),
        &["lint", ".", "--no-hash", "--format", "json"],
    )
    .json();
    let found = lint["findings"].to_string();
    assert!(
        found.contains(r"./x\\xfe") && found.contains(r"./x\\xff"),
        "{found}"
    );
    let page = run(folder.path(), &["inspect", "."]);
    assert!(page.stdout.contains(r"./x\xfe"), "{}", page.stdout);
}

const POINTER: &str = "version https://git-lfs.github.com/spec/v1\n\
    oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

#[test]
fn a_pointer_of_git_lfs_is_named_with_what_fetches_the_file() {
    for file in [
        "metadata.json",
        "a.aimodel/main.mlirb",
        "a.aimodel/metadata.json",
        "tokenizer/tokenizer.json",
        "tokenizer/tokenizer_config.json",
        "tokenizer/chat_template.jinja",
    ] {
        let folder = bundles(&["a"]);
        replace(&folder, &format!("a/{file}"), POINTER);
        let inspect = run(folder.path(), &["inspect", "a"]);
        let place = Path::new("a").join(file);
        let command = format!("`git lfs pull` in {}", place.parent().unwrap().display());
        assert!(
            inspect.stderr.contains("Git LFS pointer"),
            "{file}: {}",
            inspect.stderr
        );
        assert!(
            inspect.stderr.contains(&command),
            "{file}: {}",
            inspect.stderr
        );
        let lint = run(
            folder.path(),
            &["lint", "a", "--no-hash", "--format", "json"],
        )
        .json();
        let found = lint["findings"].as_array().unwrap().iter();
        let named: Vec<_> = found
            .filter(|finding| {
                finding["message"]
                    .as_str()
                    .unwrap()
                    .contains("Git LFS pointer")
            })
            .collect();
        assert_eq!(named.len(), 1, "{file}: {lint:#}");
        assert!(
            named[0]["help"].as_str().unwrap().contains(&command),
            "{file}: {lint:#}"
        );
    }
    let folder = bundles(&["a"]);
    replace(&folder, "a/a.aimodel/main.hash", POINTER);
    let page = run(folder.path(), &["inspect", "a"]);
    assert!(
        page.stdout.contains("`git lfs pull` fetches it"),
        "{}",
        page.stdout
    );
    let lint = run(
        folder.path(),
        &["lint", "a", "--no-hash", "--format", "json"],
    )
    .json();
    let text = lint["findings"].to_string();
    assert!(
        text.contains("git lfs pull") && !text.contains("raw bytes, not hex"),
        "{text}"
    );
}

/// Turns the bundle `a` into a snapshot of the hub's local cache, and gives the snapshot's path.
fn hub_cache(folder: &tempfile::TempDir) -> String {
    let repository = folder.path().join("hub/models--owner--a");
    let snapshot = repository.join("snapshots/0123456789abcdef0123456789abcdef01234567/gpu/a");
    fs::create_dir_all(repository.join("blobs")).unwrap();
    fs::create_dir_all(snapshot.join("a.aimodel")).unwrap();
    fs::create_dir_all(snapshot.join("tokenizer")).unwrap();
    let mut blobs = 0;
    for place in ["", "a.aimodel", "tokenizer"] {
        for entry in fs::read_dir(folder.path().join("a").join(place)).unwrap() {
            let entry = entry.unwrap();
            if !entry.file_type().unwrap().is_file() {
                continue;
            }
            blobs += 1;
            let blob = repository.join(format!("blobs/{blobs:040x}"));
            fs::rename(entry.path(), &blob).unwrap();
            let up = if place.is_empty() {
                "../../../../"
            } else {
                "../../../../../"
            };
            let target = format!("{up}blobs/{blobs:040x}");
            symlink(target, snapshot.join(place).join(entry.file_name())).unwrap();
        }
    }
    assert!(blobs > 5);
    snapshot
        .strip_prefix(folder.path())
        .unwrap()
        .display()
        .to_string()
}

#[test]
fn a_snapshot_of_the_hub_cache_is_a_bundle_like_any_other() {
    let folder = bundles(&["a"]);
    let expected = findings(&folder);
    let facts = |run: &Run| {
        let mut bundle = run.json()["bundles"][0].clone();
        bundle["path"] = json!(null);
        bundle["asset"]["path"] = json!(null);
        // Its commands name the path.
        bundle["engine"]["run_contract"] = json!(null);
        bundle
    };
    let whole = facts(&run(
        folder.path(),
        &["inspect", "a", "--json", "--verify-hash"],
    ));
    let snapshot = hub_cache(&folder);
    let inspect = run(
        folder.path(),
        &["inspect", &snapshot, "--json", "--verify-hash"],
    );
    assert_eq!(inspect.code, 0, "{}", inspect.stderr);
    assert_eq!(facts(&inspect), whole);
    for path in [snapshot.as_str(), "hub"] {
        let lint = run(
            folder.path(),
            &[
                "lint",
                path,
                "--no-hash",
                "--format",
                "json",
                "--profile",
                "none",
            ],
        );
        let document = lint.json();
        let found = document["findings"].as_array().unwrap().iter();
        let found: Vec<_> = found
            .filter(|finding| finding["level"] != "note")
            .map(|finding| finding["rule"].as_str().unwrap())
            .collect();
        assert_eq!(found, expected, "{path}");
    }
    let asset = run(
        folder.path(),
        &["inspect", &format!("{snapshot}/a.aimodel")],
    );
    assert_eq!(asset.code, 0, "{}", asset.stderr);
}

#[test]
fn what_is_no_bundle_is_said_to_be_what_it_is() {
    let folder = bundles(&["a"]);
    fs::write(folder.path().join("README.md"), "# A").unwrap();
    fs::write(folder.path().join("a/README.md"), "# A").unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    for (path, said, next) in [
        (
            "a/metadata.json",
            "is the manifest of a bundle",
            "the folder it is in: a",
        ),
        (
            "a/README.md",
            "is a file of a bundle",
            "the folder it is in: a",
        ),
        (
            "a/tokenizer/tokenizer.json",
            "is a file of a bundle",
            "the bundle it belongs to: a",
        ),
        (
            "a/a.aimodel/main.mlirb",
            "is a file of an asset",
            "the folder it is in: a/a.aimodel",
        ),
        ("README.md", "is a file", "the folder it is in: ."),
        ("empty", "is an empty folder", "name a folder with"),
    ] {
        let inspect = run(folder.path(), &["inspect", path]);
        assert_eq!(inspect.code, 2);
        assert!(inspect.stderr.contains(said), "{path}: {}", inspect.stderr);
        assert!(inspect.stderr.contains(next), "{path}: {}", inspect.stderr);
        let lint = run(folder.path(), &["lint", path, "--format", "json"]).json();
        let found = lint["findings"].as_array().unwrap();
        assert_eq!(found.len(), 1, "{path}: {lint:#}");
        assert!(
            found[0]["message"].as_str().unwrap().contains(said),
            "{path}: {lint:#}"
        );
        assert!(
            found[0]["help"].as_str().unwrap().contains(next),
            "{path}: {lint:#}"
        );
    }
}

#[test]
fn a_typing_mistake_in_a_path_is_noticed() {
    let folder = bundles(&["granite_4_0_h_1b"]);
    let inspect = run(folder.path(), &["inspect", "granit_4_0_h_1b"]);
    assert_eq!(inspect.code, 2);
    assert!(
        inspect.stderr.contains("did you mean granite_4_0_h_1b?"),
        "{}",
        inspect.stderr
    );
    let deep = run(
        folder.path(),
        &["inspect", "granite_4_0_h_1b/granite_4_0_h_1b.aimodl"],
    );
    assert!(
        deep.stderr
            .contains("did you mean granite_4_0_h_1b/granite_4_0_h_1b.aimodel?"),
        "{}",
        deep.stderr
    );
    let twice = run(
        folder.path(),
        &["inspect", "granite_4_0_h1b/granite_4_0_h_1b.aimodl"],
    );
    assert!(
        twice
            .stderr
            .contains("did you mean granite_4_0_h_1b/granite_4_0_h_1b.aimodel?"),
        "{}",
        twice.stderr
    );
    let nothing = run(folder.path(), &["inspect", "zzz/granite_4_0_h_1b"]);
    assert!(
        !nothing.stderr.contains("did you mean"),
        "{}",
        nothing.stderr
    );
}
