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

#[test]
fn edits_of_any_source_are_said_beside_the_commit() {
    let place = two();
    place.run(&["apply"]).expect(0);
    let edited = |place: &Place| {
        let document = place.run(&["status", "--json"]).expect(0).json();
        document["engine"]["edited"].clone()
    };
    assert_eq!(
        edited(&place),
        serde_json::json!([]),
        "the stack's own are none"
    );
    place.write("README", "mine");
    place.write("notes.txt", "no source");
    place.write("src/more.swift", "let more = 1\n");
    assert_eq!(
        edited(&place),
        serde_json::json!(["README", "src/more.swift"])
    );
    let page = place.run(&["status"]).expect(0).stdout;
    assert!(
        page.contains(", edited in README and 1 other file\n"),
        "{page}"
    );
    place.write(
        "src/lib.swift",
        &place.read("src/lib.swift").replace("six\n", "6\n"),
    );
    assert_eq!(
        edited(&place),
        serde_json::json!(["README", "src/lib.swift", "src/more.swift"])
    );
}

/// A checkout that has moved on beside what a patch changes, so that the patch has to be merged in.
fn moved_on() -> Place {
    let place = Place::new(&[("list.txt", LINES)]);
    place.patch("p", |place| {
        place.write("list.txt", &LINES.replace("six\n", "six\nsix and a half\n"));
    });
    place.write("list.txt", &LINES.replace("eight\n", "8\n"));
    place.commit("moved on");
    place
}

#[test]
fn what_was_merged_in_is_applied_to_every_command() {
    for commit in [false, true] {
        let place = moved_on();
        let before = place.files();
        place.run(&["apply"]).expect(1);
        let mut args = vec!["apply", "--three-way"];
        args.extend(commit.then_some("--commit"));
        place.run(&args).expect(0);
        assert!(
            place
                .read("list.txt")
                .contains("six and a half\nseven\n8\n")
        );
        let merged = place.files();
        assert_eq!(place.states(), ["applied"]);
        place.run(&["verify"]).expect(0);
        place.run(&["check"]).expect(0);
        for again in [&["apply"][..], &["apply", "--three-way"]] {
            place.run(again).expect(0);
            assert_eq!(place.files(), merged);
        }
        place.run(&["revert"]).expect(0);
        assert_eq!(place.files(), before);
    }
}

/// Two products with a blank line between, with lines above the first, at the gap and below the second.
fn products(above: &str, gap: &str, below: &str) -> String {
    format!("products: [\n{above}A,\n{gap}B,\n{below}],\n")
}

#[test]
fn a_product_merged_in_at_a_blank_line_is_applied_to_every_command() {
    for (added, above, below) in [
        ("P,\n\n", "Q,\n", ""),
        ("\nP,\n", "", "Q,\n"),
        ("\nP,\n\n", "Q,\n", "Q,\n"),
    ] {
        let place = Place::new(&[("Package.swift", &products("", "\n", ""))]);
        place.patch("p", |place| {
            place.write("Package.swift", &products("", added, ""));
        });
        place.write("Package.swift", &products(above, "\n", below));
        place.commit("moved on");
        let before = place.files();
        place.run(&["apply"]).expect(1);
        place.run(&["apply", "--three-way"]).expect(0);
        let merged = products(above, added, below);
        assert_eq!(place.read("Package.swift"), merged);
        assert_eq!(place.states(), ["applied"]);
        for command in ["verify", "check", "apply"] {
            place.run(&[command]).expect(0);
            assert_eq!(place.read("Package.swift"), merged, "{command}");
        }
        place.run(&["revert"]).expect(0);
        assert_eq!(place.files(), before);
    }
}

#[test]
fn what_was_applied_is_told_and_taken_back_where_its_images_were_thrown_away() {
    for is_whole_store in [false, true] {
        let place = two();
        let stock = place.files();
        place.run(&["apply"]).expect(0);
        let applied = place.files();
        let images = place.engine().join(".git/granite-bundle/images.git");
        if is_whole_store {
            std::fs::remove_dir_all(&images).unwrap();
        } else {
            let path = images.to_str().unwrap();
            // Stores of earlier versions are not held against pruning.
            let git = |arguments: &[&str]| place.git(&[&["--git-dir", path], arguments].concat());
            git(&["config", "--unset", "extensions.preciousObjects"]);
            git(&["gc", "--quiet", "--prune=now"]);
        }
        assert_eq!(place.states(), ["applied", "applied"]);
        place.run(&["verify"]).expect(0);
        place.run(&["apply"]).expect(0);
        assert_eq!(place.files(), applied);
        place.run(&["revert"]).expect(0);
        assert_eq!(place.files(), stock);
        place.run(&["apply"]).expect(0);
        assert_eq!(place.files(), applied);
        place.run(&["revert"]).expect(0);
        assert_eq!(place.files(), stock);
    }
}
