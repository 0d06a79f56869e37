//! Checkouts of every kind, each applied to and taken back.

#![allow(clippy::unwrap_used)]

use crate::kit::{LINES, Place, two};

/// Applies to the checkout beside `engine` and takes it back.
fn there_and_back(place: &Place, checkout: &str) {
    let run = |command: &str| {
        let args = [command, "--json", "--engine", checkout];
        place.run(&args).expect(0).json()
    };
    let file = place
        .engine()
        .join("..")
        .join(checkout)
        .join("src/lib.swift");
    assert_eq!(run("status")["patches"][1]["state"], "applicable");
    run("check");
    run("apply");
    run("verify");
    assert_eq!(run("status")["patches"][1]["state"], "applied");
    assert!(std::fs::read_to_string(&file).unwrap().contains("ELEVEN"));
    run("revert");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), LINES);
}

#[test]
fn a_shallow_clone_needs_no_history() {
    let place = two();
    place.write("README", "later");
    place.commit("later");
    let origin = format!("file://{}", place.engine().display());
    place.git(&["clone", "--quiet", "--depth", "1", &origin, "../shallow"]);
    assert!(place.engine().join("../shallow/.git/shallow").exists());
    there_and_back(&place, "shallow");
    let matrix = place.run(&["matrix", "--json", "--engine", "shallow"]);
    assert_eq!(matrix.expect(0).json()["matrix"][0]["commits"], 1);
}

#[test]
fn a_detached_head_gets_commits_and_stays_detached() {
    let place = two();
    let branch = place.git(&["rev-parse", "main"]);
    place.git(&["checkout", "--quiet", "--detach"]);
    there_and_back(&place, "engine");
    place.run(&["apply", "--commit"]).expect(0);
    assert_eq!(place.git(&["rev-parse", "--abbrev-ref", "HEAD"]), "HEAD\n");
    assert_eq!(place.git(&["rev-list", "--count", "main..HEAD"]), "2\n");
    assert_eq!(place.git(&["rev-parse", "main"]), branch);
}

#[test]
fn a_fork_of_unrelated_history_is_judged_by_content() {
    let place = two();
    place.git(&["checkout", "--quiet", "--orphan", "fork"]);
    place.write("README", "a fork");
    place.commit("imported");
    there_and_back(&place, "engine");
}

#[test]
fn an_export_keeps_its_own_notes_and_comes_back_to_the_byte() {
    let place = two();
    std::fs::remove_dir_all(place.engine().join(".git")).unwrap();
    let before = place.files();
    there_and_back(&place, "engine");
    let notes = place.engine().join(".granite-bundle");
    assert_eq!(
        std::fs::read_to_string(notes.join(".gitignore")).unwrap(),
        "*\n"
    );
    std::fs::remove_dir_all(&notes).unwrap();
    assert_eq!(place.files(), before);
    // Looking leaves nothing behind, and commits are not to be had.
    for command in ["status", "check", "diff", "recover"] {
        place.run(&[command]).expect(0);
    }
    let run = place.run(&["apply", "--commit"]).expect(1);
    assert!(
        run.stdout.contains("there is no commit yet"),
        "{}",
        run.stdout
    );
    assert_eq!(place.read("src/lib.swift"), LINES);
}

#[test]
fn an_export_of_applied_patches_is_verified_by_content() {
    let place = two();
    place.run(&["verify"]).expect(1);
    place.run(&["apply"]).expect(0);
    std::fs::remove_dir_all(place.engine().join(".git")).unwrap();
    assert_eq!(place.states(), ["applied", "applied"]);
    place.run(&["verify"]).expect(0);
    place.run(&["check"]).expect(0);
    assert!(place.run(&["diff"]).expect(0).stdout.contains("+ELEVEN"));
    place.run(&["apply"]).expect(0);
    place.run(&["revert"]).expect(0);
    assert_eq!(place.read("src/lib.swift"), LINES);
}

#[test]
fn a_patch_does_not_reach_into_the_notes_of_an_export() {
    let place = Place::new(&[("f", "x\n")]);
    std::fs::remove_dir_all(place.engine().join(".git")).unwrap();
    let text = "--- /dev/null\n+++ b/.granite-bundle/receipt.json\n@@ -0,0 +1 @@\n+out\n";
    std::fs::write(place.stack().join("p.patch"), text).unwrap();
    let run = place.run(&["apply"]).expect(1);
    assert!(
        run.stdout.contains("belongs to granite-bundle"),
        "{}",
        run.stdout
    );
}

/// A repository whose folder `vendor/engine` is the checkout.
fn vendored() -> Place {
    let place = two();
    let inner = place.engine().join("vendor/engine");
    std::fs::create_dir_all(inner.parent().unwrap()).unwrap();
    std::fs::create_dir(&inner).unwrap();
    for name in ["src", "README"] {
        std::fs::rename(place.engine().join(name), inner.join(name)).unwrap();
    }
    place.write("src/lib.swift", "not the engine's\n");
    place.commit("vendored");
    place
}

#[test]
fn a_folder_inside_a_repository_is_judged_by_that_repository() {
    let place = vendored();
    let before = place.files();
    there_and_back(&place, "engine/vendor/engine");
    assert_eq!(place.files(), before);
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert!(place.engine().join(".git/granite-bundle/folders").is_dir());

    let run = |args: &[&str]| {
        let args = [args, &["--engine", "engine/vendor/engine"]].concat();
        place.run(&args)
    };
    run(&["apply", "--commit"]).expect(0);
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert_eq!(
        place.git(&["show", "--format=", "--name-only", "HEAD"]),
        "vendor/engine/src/lib.swift\n"
    );
    assert_eq!(place.read("src/lib.swift"), "not the engine's\n");
    run(&["verify"]).expect(0);
    run(&["revert", "--commit"]).expect(0);
    assert_eq!(place.files(), before);

    // Edits and staged changes are those of that folder.
    place.write(
        "vendor/engine/src/lib.swift",
        &LINES.replace("six\n", "6\n"),
    );
    let refused = run(&["apply"]).expect(1);
    assert!(
        refused
            .stdout
            .contains("uncommitted edits in src/lib.swift"),
        "{}",
        refused.stdout
    );
    place.git(&["add", "--all"]);
    place.write("vendor/engine/src/lib.swift", LINES);
    let refused = run(&["apply"]).expect(1);
    assert!(
        refused.stdout.contains("has staged changes"),
        "{}",
        refused.stdout
    );
}

#[test]
fn a_folder_git_does_not_know_is_an_export_wherever_it_is() {
    let place = two();
    let inner = place.engine().join("build/engine");
    std::fs::create_dir_all(inner.join("src")).unwrap();
    std::fs::write(inner.join("src/lib.swift"), LINES).unwrap();
    there_and_back(&place, "engine/build/engine");
    assert!(inner.join(".granite-bundle").is_dir());
    assert_eq!(place.read("src/lib.swift"), LINES);
}

#[test]
fn a_bare_repository_is_judged_and_is_no_checkout_to_change() {
    let place = two();
    place.git(&["clone", "--quiet", "--bare", ".", "../bare"]);
    let bare = |args: &[&str]| place.run(&[args, &["--engine", "bare"]].concat());
    let document = bare(&["status", "--json"]).expect(0).json();
    assert_eq!(document["patches"][0]["state"], "applicable");
    let run = bare(&["check"]).expect(1);
    let lines = [
        "git clone bare bare-checkout",
        "granite-bundle patch apply --engine bare-checkout --stack stack",
    ];
    assert_eq!(document["next"], serde_json::json!(lines));
    let end = format!("next    {}\nnext    {}\n", lines[0], lines[1]);
    assert!(run.stdout.ends_with(&end), "{}", run.stdout);
    for args in [
        &["apply"][..],
        &["revert"],
        &["apply", "--json"],
        &["apply", "--dry-run"],
    ] {
        let run = bare(args).expect(2);
        assert!(
            run.stderr.contains("git clone bare bare-checkout"),
            "{}",
            run.stderr
        );
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_bare_repository_whose_clone_would_be_refused_is_not_cloned() {
    let place = two();
    place.write("src/lib.swift", &LINES.replace("eleven\n", "XI\n"));
    place.commit("in the way");
    place.git(&["clone", "--quiet", "--bare", ".", "../bare"]);
    let run = place
        .run(&["check", "--json", "--engine", "bare"])
        .expect(1);
    let document = run.json();
    assert_eq!(document["patches"][0]["state"], "applicable");
    assert_eq!(document["patches"][1]["state"], "conflict");
    assert_eq!(document["next"], serde_json::json!([]));
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_said_with_what_brings_it_back() {
    let place = two();
    place.git(&["sparse-checkout", "set", "--cone", "docs"]);
    assert!(!place.engine().join("src/lib.swift").exists());
    let run = place.run(&["check"]).expect(1);
    assert!(
        run.stdout.contains("left out of this sparse checkout"),
        "{}",
        run.stdout
    );
    let document = place.run(&["status", "--json"]).expect(0).json();
    let next = document["next"][0].as_str().unwrap();
    assert_eq!(next, "git -C engine sparse-checkout disable");
    assert_eq!(document["next"].as_array().unwrap().len(), 1);
    place.git(&["sparse-checkout", "disable"]);
    place.run(&["check"]).expect(0);

    place.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "docs"]);
    place.git(&["status"]);
    for command in ["status", "apply"] {
        let run = place.run(&[command]).expect(2);
        let help = "git -C engine sparse-checkout reapply --no-sparse-index";
        assert!(run.stderr.contains(help), "{}", run.stderr);
    }
}
