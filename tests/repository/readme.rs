//! What the README shows is what the commands print.

use std::process::Command;

use assert_cmd::cargo::cargo_bin;

use crate::root;

const BUNDLE: &str = "examples/granite-4.0-h-1b-signature";

/// Lines of one of the README's `text` blocks, but those that stand for what is left out.
fn sample(readme: &str, place: usize) -> Vec<&str> {
    let block = readme.split("```text\n").nth(place + 1).unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let is_shown = |line: &&str| !line.is_empty() && line.trim() != "…";
    block.lines().filter(is_shown).collect()
}

#[test]
fn the_sample_pages_are_what_the_commands_print() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for (place, command) in ["inspect", "lint"].into_iter().enumerate() {
        let output = Command::new(cargo_bin!("granite-bundle"))
            .args([command, BUNDLE])
            .current_dir(root())
            .env("COLUMNS", "100")
            .output()
            .unwrap();
        let page = String::from_utf8(output.stdout).unwrap();
        let mut printed = page.lines();
        for line in sample(&readme, place) {
            assert!(
                printed.any(|candidate| candidate == line),
                "not printed, or not in this order: {line:?}; take the sample again from \
                 `COLUMNS=100 granite-bundle {command} {BUNDLE}`"
            );
        }
    }
}
