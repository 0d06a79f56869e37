//! Which patch is meant where names alone do not say it.

#![allow(clippy::unwrap_used)]

use std::fs;

use crate::kit::{LINES, Place, two};

/// A patch of one line of the file of [`two`].
fn text(from: &str, to: &str) -> String {
    let number = LINES.lines().position(|line| line == from).unwrap() + 1;
    let before = LINES.lines().nth(number - 2).unwrap();
    let after = LINES.lines().nth(number).unwrap();
    format!(
        "--- a/src/lib.swift\n+++ b/src/lib.swift\n@@ -{0},3 +{0},3 @@\n {before}\n-{from}\n+{to}\n {after}\n",
        number - 1
    )
}

fn one(name: &str, patch: &str) -> Place {
    let place = Place::new(&[("src/lib.swift", LINES)]);
    fs::write(place.stack().join(name), patch).unwrap();
    place
}

#[test]
fn two_patches_of_one_name_are_refused_before_anything_is_changed() {
    let place = one("p", &text("two", "2"));
    fs::write(place.stack().join("p.patch"), text("nine", "9")).unwrap();
    fs::write(place.stack().join("series"), "p\np.patch\n").unwrap();
    let before = place.everything();
    for command in ["status", "apply", "revert"] {
        let run = place.run(&[command]).expect(2);
        assert!(
            run.stderr
                .contains("line 2: `p.patch` and `p` on line 1 are both called `p`"),
            "{}",
            run.stderr
        );
    }
    assert_eq!(place.everything(), before);
}

#[test]
fn a_patch_that_was_rewritten_takes_nothing_of_the_earlier_one_out() {
    let place = one("p.patch", &text("two", "2"));
    place.run(&["apply"]).expect(0);
    let applied = place.files();
    fs::write(place.stack().join("p.patch"), text("nine", "9")).unwrap();
    let run = place.run(&["revert"]).expect(1);
    assert!(
        run.stdout.contains("applied with another text"),
        "{}",
        run.stdout
    );
    assert_eq!(place.files(), applied);
    fs::write(place.stack().join("p.patch"), text("two", "2")).unwrap();
    place.run(&["revert"]).expect(0);
    assert_eq!(place.read("src/lib.swift"), LINES);
}

#[test]
fn a_rewritten_patch_put_in_by_hand_comes_out_and_the_earlier_one_stays() {
    let place = one("p.patch", &text("two", "2"));
    place.run(&["apply"]).expect(0);
    fs::write(place.stack().join("p.patch"), text("nine", "9")).unwrap();
    place.git(&["apply", "../stack/p.patch"]);
    place.run(&["revert"]).expect(1);
    assert!(place.read("src/lib.swift").contains("\n2\n"));
}

#[test]
fn another_words_for_the_same_change_are_the_same_patch() {
    let place = one("p.patch", &text("two", "2"));
    place.run(&["apply"]).expect(0);
    let reworded = format!("Subject: [PATCH] better said\n\n---\n{}", text("two", "2"));
    fs::write(place.stack().join("p.patch"), reworded).unwrap();
    assert_eq!(place.states(), ["applied"]);
    place.run(&["revert"]).expect(0);
    assert_eq!(place.read("src/lib.swift"), LINES);
}

#[test]
fn a_stack_does_not_take_out_what_another_stack_put_in_under_the_same_name() {
    let place = one("p.patch", &text("two", "2"));
    let other = place.stack().join("../other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("p.patch"), text("nine", "9")).unwrap();
    place.run(&["apply"]).expect(0);
    let applied = place.files();
    place.run(&["revert", "--stack", "other"]).expect(0);
    assert_eq!(place.files(), applied);
    // And both come out in their turn, to the byte.
    place.git(&["commit", "--quiet", "--all", "-m", "first"]);
    place.run(&["apply", "--stack", "other"]).expect(0);
    place.run(&["revert"]).expect(0);
    assert_eq!(place.read("src/lib.swift"), LINES.replace("nine", "9"));
    place.run(&["revert", "--stack", "other"]).expect(0);
    assert_eq!(place.read("src/lib.swift"), LINES);
}

#[test]
fn a_receipt_of_before_there_were_digests_is_read() {
    let place = two();
    place.run(&["apply"]).expect(0);
    let receipt = place.engine().join(".git/granite-bundle/receipt.json");
    let mut document: serde_json::Value =
        serde_json::from_slice(&fs::read(&receipt).unwrap()).unwrap();
    for applied in document["applied"].as_array_mut().unwrap() {
        let applied = applied.as_object_mut().unwrap();
        assert!(applied.remove("digest").is_some() && applied.remove("stack").is_some());
    }
    fs::write(&receipt, document.to_string()).unwrap();
    assert_eq!(place.states(), ["applied", "applied"]);
    let patched = place.read("src/lib.swift");
    place.write("src/lib.swift", &patched.replace("six\n", "6\n"));
    place.run(&["revert"]).expect(0);
    assert_eq!(place.read("src/lib.swift"), LINES.replace("six\n", "6\n"));
    assert!(!place.engine().join("src/new").exists());
}
