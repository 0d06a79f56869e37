//! Whose edits are in the files: nobody's, the stack's own, or somebody's.

#![allow(clippy::unwrap_used)]

use crate::kit::{LINES, Place, two};

/// A checkout of LF commits with CR LF on disk, as `configure` makes it.
fn checked_out_again(configure: impl FnOnce(&Place)) -> Place {
    let place = two();
    configure(&place);
    std::fs::remove_file(place.engine().join("src/lib.swift")).unwrap();
    place.git(&["checkout", "--quiet", "--", "."]);
    assert_eq!(place.read("src/lib.swift"), LINES.replace('\n', "\r\n"));
    place
}

fn by_configuration(place: &Place) {
    place.git(&["config", "core.autocrlf", "true"]);
}

fn by_attribute(place: &Place) {
    place.write(
        ".gitattributes",
        "*.swift text eol=crlf\n*.txt text eol=lf\n",
    );
    place.commit("attributes");
}

fn by_private_attribute(place: &Place) {
    place.git(&["config", "core.eol", "crlf"]);
    std::fs::write(place.engine().join(".git/info/attributes"), "* text=auto\n").unwrap();
}

const CONVERSIONS: [fn(&Place); 3] = [by_configuration, by_attribute, by_private_attribute];

#[test]
fn converted_line_endings_are_nobodys_edits() {
    for configure in CONVERSIONS {
        let place = checked_out_again(configure);
        let before = place.files();
        assert_eq!(place.states(), ["applicable", "applicable"]);
        place.run(&["check"]).expect(0);
        place.run(&["apply"]).expect(0);
        assert_eq!(place.states(), ["applied", "applied"]);
        place.run(&["verify"]).expect(0);
        let ours = place.files();
        place.run(&["revert"]).expect(0);
        assert_eq!(place.files(), before);

        place.git(&["apply", "../stack/a.patch", "../stack/b.patch"]);
        assert_eq!(place.files(), ours, "not what git apply writes");
        place.run(&["revert"]).expect(0);
        assert_eq!(place.files(), before);
    }
}

#[test]
fn converted_files_are_committed_as_git_would_commit_them() {
    for configure in CONVERSIONS {
        let place = checked_out_again(configure);
        place.run(&["apply", "--commit"]).expect(0);
        assert_eq!(place.git(&["status", "--porcelain"]), "");
        let committed = place.git(&["show", "HEAD:src/lib.swift"]);
        assert!(committed.contains("ELEVEN") && !committed.contains('\r'));
        place.run(&["revert", "--commit"]).expect(0);
        assert_eq!(place.git(&["diff", "HEAD~4", "--stat"]), "");
    }
}

#[test]
fn edits_to_a_converted_file_are_edits() {
    let place = checked_out_again(by_configuration);
    let edited = place.read("src/lib.swift").replace("six\r\n", "6\r\n");
    place.write("src/lib.swift", &edited);
    let before = place.files();
    let run = place.run(&["apply"]).expect(1);
    assert!(run.stdout.contains("uncommitted edits in src/lib.swift"));
    assert_eq!(place.files(), before);
}

#[test]
fn a_file_of_mixed_endings_comes_back_to_the_byte() {
    let place = two();
    by_configuration(&place);
    let mixed = LINES.replace("six\n", "six\r\n");
    place.write("src/lib.swift", &mixed);
    place.run(&["apply"]).expect(0);
    place.run(&["revert"]).expect(0);
    assert_eq!(place.read("src/lib.swift"), mixed);
}

#[test]
fn the_stacks_patches_applied_by_hand_are_its_own_edits() {
    for staged in [false, true] {
        let place = two();
        place.git(&["apply", "../stack/a.patch"]);
        if staged {
            place.git(&["add", "--all"]);
        }
        assert_eq!(place.states(), ["applied", "applicable"]);
        place.run(&["check"]).expect(0);
        place.run(&["apply"]).expect(0);
        assert_eq!(place.states(), ["applied", "applied"]);
    }
}

#[test]
fn somebodys_edits_are_refused_staged_or_not_and_beside_the_stacks_own() {
    for (by_hand, staged) in [(false, false), (false, true), (true, false), (true, true)] {
        let place = two();
        if by_hand {
            place.git(&["apply", "../stack/a.patch"]);
        }
        let edited = place.read("src/lib.swift").replace("six\n", "6\n");
        place.write("src/lib.swift", &edited);
        if staged {
            place.git(&["add", "--all"]);
        }
        let before = (place.files(), place.repository());
        for command in ["check", "apply"] {
            let run = place.run(&[command]).expect(1);
            let named = run.stdout.contains("uncommitted edits in src/lib.swift");
            assert!(named, "{command} {by_hand} {staged}: {}", run.stdout);
        }
        assert_eq!((place.files(), place.repository()), before);
    }
}

#[test]
fn edits_to_other_files_are_no_hindrance() {
    let place = two();
    place.write("README", "mine");
    place.write("untracked", "mine too");
    place.run(&["apply"]).expect(0);
    place.run(&["revert"]).expect(0);
    assert_eq!(
        (place.read("README"), place.read("untracked")),
        ("mine".into(), "mine too".into())
    );
    place.write("src/new/made.txt", "in the way");
    place.run(&["apply"]).expect(1);
    assert_eq!(place.read("src/new/made.txt"), "in the way");
}
