//! The `patch` commands as their users meet them.

#![allow(clippy::unwrap_used)]

use std::fs;

use crate::kit::{LINES, two};

#[test]
fn apply_and_revert_lead_there_and_back_to_the_byte() {
    let place = two();
    let (before, repository) = (place.files(), place.repository());
    assert_eq!(place.states(), ["applicable", "applicable"]);
    place.run(&["apply"]).expect(0);
    assert_eq!(place.states(), ["applied", "applied"]);
    let after = place.files();
    assert_eq!(
        place.run(&["apply", "--json"]).expect(0).json()["transaction"],
        serde_json::Value::Null
    );
    assert_eq!(place.files(), after);
    place.run(&["verify"]).expect(0);
    place.run(&["revert"]).expect(0);
    assert_eq!(place.files(), before);
    place.run(&["revert"]).expect(0);
    place.run(&["verify"]).expect(1);
    assert_eq!(place.repository(), repository);
}

#[test]
fn every_document_is_what_its_schema_says() {
    let place = two();
    for args in [
        &["list", "--json"][..],
        &["status", "--json"],
        &["check", "--json"],
        &["diff", "--json"],
        &["apply", "--json", "--dry-run"],
        &["apply", "--json"],
        &["verify", "--json"],
        &["recover", "--json"],
        &["matrix", "--json"],
        &["revert", "--json"],
    ] {
        let document = place.run(args).expect(0).json();
        assert_eq!(document["command"], args[0]);
    }
    place.run(&["verify", "--json"]).expect(1).json();
}

#[test]
fn looking_and_trying_leave_no_file_behind() {
    let place = two();
    let before = place.everything();
    for args in [
        &["status"][..],
        &["check"],
        &["diff"],
        &["list"],
        &["recover"],
        &["matrix"],
        &["apply", "--dry-run"],
        &["apply", "--dry-run", "--commit"],
        &["revert", "--dry-run"],
    ] {
        place.run(args).expect(0);
        // git's commits are made only on execution, and the index is not even refreshed.
        assert_eq!(place.everything(), before, "{args:?}");
    }
}

#[test]
fn pages_are_calm() {
    let place = two();
    let show = |args: &[&str]| {
        let run = place.run(args);
        format!("{}{}[exit {}]\n", run.stdout, run.stderr, run.code)
    };
    let pages = [
        show(&["list"]),
        show(&["status"]),
        show(&["check"]),
        show(&["apply", "--dry-run"]),
        show(&["apply"]),
        show(&["apply"]),
        show(&["verify"]),
        show(&["revert", "--only", "a"]),
        show(&["status"]),
        show(&["revert"]),
        show(&["revert"]),
        show(&["verify"]),
    ];
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"at [0-9a-f]{10}", "at [commit]");
    settings.bind(|| insta::assert_snapshot!(pages.join("\n")));
}

#[test]
fn a_conflict_is_shown_with_what_was_expected_and_what_was_found() {
    let place = two();
    place.write(
        "src/lib.swift",
        &LINES
            .replace("ten\n", "TEN\n")
            .replace("one\n", "zero\none\n"),
    );
    place.commit("moved on");
    let before = place.everything();
    let run = place.run(&["apply", "--dry-run"]).expect(1);
    assert_eq!(place.everything(), before);
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"(at|to) [0-9a-f]{10}", "$1 [commit]");
    settings.bind(|| insta::assert_snapshot!(run.stdout));
    let document = place.run(&["check", "--json"]).expect(1).json();
    let hunk = &document["patches"][1]["files"][0]["hunks"][0];
    assert_eq!(
        (&hunk["applies"], &hunk["line"]),
        (&false.into(), &serde_json::Value::Null)
    );
}

#[test]
fn one_of_two_comes_out_in_either_order() {
    for order in [["a", "b"], ["b", "a"]] {
        let place = two();
        let before = place.files();
        place.run(&["apply", "--only", "a"]).expect(0);
        place.run(&["apply", "--only", "b"]).expect(0);
        for name in order {
            place.run(&["revert", "--only", name]).expect(0);
        }
        assert_eq!(place.files(), before, "{order:?}");
    }
}

#[test]
fn what_git_or_a_hand_applied_is_known_and_taken_back() {
    let place = two();
    let before = place.files();
    place.git(&["apply", "../stack/a.patch"]);
    assert_eq!(place.states(), ["applied", "applicable"]);
    place.run(&["apply"]).expect(0);
    place.run(&["revert"]).expect(0);
    assert_eq!(place.files(), before);
}

#[test]
fn edits_elsewhere_survive_a_revert_and_edits_in_place_prevent_it() {
    let place = two();
    place.run(&["apply"]).expect(0);
    let patched = place.read("src/lib.swift");
    place.write("src/lib.swift", &patched.replace("six\n", "6\n"));
    place.run(&["revert"]).expect(0);
    assert_eq!(place.read("src/lib.swift"), LINES.replace("six\n", "6\n"));

    place.git(&["checkout", "--quiet", "."]);
    place.run(&["apply"]).expect(0);
    place.write("src/lib.swift", &patched.replace("TWO\n", "2\n"));
    let before = place.files();
    place.run(&["revert"]).expect(1);
    assert_eq!(place.files(), before);
}

#[test]
fn a_target_with_somebodys_edits_is_refused() {
    let place = two();
    place.write("src/lib.swift", &LINES.replace("six\n", "6\n"));
    let before = place.files();
    let run = place.run(&["apply"]).expect(1);
    assert!(
        run.stdout.contains("uncommitted edits in src/lib.swift"),
        "{}",
        run.stdout
    );
    assert_eq!(place.files(), before);
    place.git(&["add", "."]);
    place.write("src/lib.swift", LINES);
    let run = place.run(&["apply"]).expect(1);
    assert!(run.stdout.contains("has staged changes"), "{}", run.stdout);
    assert_eq!(place.read("src/lib.swift"), LINES);
}

#[test]
fn the_diff_is_one_git_takes() {
    let place = two();
    let diff = place.run(&["diff"]).expect(0).stdout;
    fs::write(place.engine().join("../all.diff"), &diff).unwrap();
    place.git(&["apply", "../all.diff"]);
    assert_eq!(place.states(), ["applied", "applied"]);
    assert_eq!(place.run(&["diff"]).expect(0).stdout, diff);
}

#[test]
fn commits_are_one_per_patch_and_sweep_nothing_in() {
    let place = two();
    place.write("README", "staged, and nobody else's business");
    place.git(&["add", "README"]);
    let run = place.run(&["apply", "--commit"]).expect(0);
    assert!(run.stderr.contains("hooks were not run"), "{}", run.stderr);
    assert_eq!(
        place.git(&["log", "--format=%s|%b", "-2"]),
        "b|Why b.\n\na|Why a.\n\n"
    );
    assert_eq!(place.git(&["status", "--porcelain"]), "M  README\n");
    assert_eq!(
        place.git(&["show", "--stat", "--format=", "--name-only", "HEAD"]),
        "src/lib.swift\n"
    );
    place.run(&["revert", "--commit"]).expect(0);
    assert_eq!(
        place.git(&["log", "--format=%s", "-2"]),
        "Revert \"a\"\nRevert \"b\"\n"
    );
    assert_eq!(place.git(&["status", "--porcelain"]), "M  README\n");
    assert_eq!(place.read("src/lib.swift"), LINES);
}

#[test]
fn what_is_applied_already_can_be_committed_afterwards() {
    let place = two();
    place.run(&["apply"]).expect(0);
    place.run(&["apply", "--commit"]).expect(0);
    assert_eq!(place.git(&["log", "--format=%s", "-2"]), "b\na\n");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    place.run(&["apply", "--commit"]).expect(0);
    assert_eq!(place.git(&["rev-list", "--count", "HEAD"]), "3\n");
    // Without --commit a revert of committed patches changes files alone.
    place.run(&["revert"]).expect(0);
    assert_eq!(place.git(&["rev-list", "--count", "HEAD"]), "3\n");
    assert_eq!(place.read("src/lib.swift"), LINES);
}

#[test]
fn the_matrix_tells_which_commits_a_patch_applies_to() {
    let place = two();
    place.write("README", "elsewhere");
    place.commit("elsewhere");
    place.write("src/lib.swift", &LINES.replace("eleven", "11"));
    place.commit("in the way of b");
    let run = place.run(&["matrix", "--json"]).expect(0);
    let document = run.json();
    let stretches = document["matrix"].as_array().unwrap().iter();
    let told: Vec<_> = stretches
        .map(|range| format!("{} {} {}", range["patch"], range["state"], range["commits"]))
        .collect();
    let expected = [
        "\"a\" \"applicable\" 3",
        "\"b\" \"applicable\" 2",
        "\"b\" \"conflict\" 1",
    ];
    assert_eq!(told, expected);
    let page = place
        .run(&["matrix", "--range", "HEAD~1..HEAD"])
        .expect(0)
        .stdout;
    assert!(
        page.contains("1 commit\n") && page.contains("✗ conflict"),
        "{page}"
    );
    place.run(&["matrix", "--rev", "nothing"]).expect(2);
}

#[test]
fn wrong_use_is_exit_2() {
    let place = two();
    for args in [
        &["status", "--engine", "nowhere"][..],
        &["status", "--stack", "nowhere"],
        &["status", "--only", "c"],
        &["apply", "--lock-timeout", "-1"],
        &["sing"],
    ] {
        let run = place.run(args).expect(2);
        assert!(
            run.stdout.is_empty() && run.stderr.contains("error"),
            "{args:?}: {}",
            run.stderr
        );
    }
}
