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
fn an_export_is_verified_by_content() {
    let place = two();
    place.run(&["verify"]).expect(1);
    place.run(&["apply"]).expect(0);
    std::fs::remove_dir_all(place.engine().join(".git")).unwrap();
    assert_eq!(place.states(), ["applied", "applied"]);
    place.run(&["verify"]).expect(0);
    place.run(&["check"]).expect(0);
    assert!(place.run(&["diff"]).expect(0).stdout.contains("+ELEVEN"));
    for command in ["apply", "revert"] {
        let run = place.run(&[command]).expect(1);
        assert!(run.stderr.contains("git init"), "{}", run.stderr);
    }
}
