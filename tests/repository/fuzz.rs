//! The fuzz crate has a lock file of its own, which has to follow.

use std::fs;

use crate::root;

#[test]
fn the_lock_of_the_fuzz_crate_knows_every_dependency() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let lock = fs::read_to_string(root().join("fuzz/Cargo.lock")).unwrap();
    let (_, dependencies) = manifest.split_once("\n[dependencies]\n").unwrap();
    let names = dependencies
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| Some(line.split_once(" = ")?.0));
    let missing: Vec<&str> = names
        .filter(|name| !lock.contains(&format!("\nname = \"{name}\"\n")))
        .collect();
    assert!(
        missing.is_empty(),
        "not in fuzz/Cargo.lock: {missing:?}; run `cargo metadata --manifest-path fuzz/Cargo.toml`"
    );
}
