//! What the README shows is what the commands print.

use std::process::Command;

use assert_cmd::cargo::cargo_bin;

use crate::root;

const BUNDLE: &str = "examples/granite-4.0-h-1b-signature";

/// Lines of the README's first `text` block.
fn sample(readme: &str) -> Vec<&str> {
    let (_, block) = readme.split_once("```text\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    block.lines().filter(|line| !line.is_empty()).collect()
}

#[test]
fn the_sample_page_is_what_inspect_prints() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let output = Command::new(cargo_bin!("granite-bundle"))
        .args(["inspect", BUNDLE])
        .current_dir(root())
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    let mut printed = page.lines();
    for line in sample(&readme) {
        assert!(
            printed.any(|candidate| candidate == line),
            "not printed, or not in this order: {line:?}; take the sample again from \
             `COLUMNS=100 granite-bundle inspect {BUNDLE}`"
        );
    }
}
