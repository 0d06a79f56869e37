//! From the weights of a model to a gate that passes: transformers, exporter, bundle, oracle.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn granite_bundle(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_granite-bundle"));
    command
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

/// What CI made just before: a random model, its oracle in float32, and the bundle exported from its weights.
#[test]
fn a_bundle_says_what_the_oracle_of_its_weights_says() {
    let Some(folder) = std::env::var_os("GRANITE_BUNDLE_ORACLE").map(PathBuf::from) else {
        println!("GRANITE_BUNDLE_ORACLE is not set: no oracle to meet");
        return;
    };
    let written = "small/gate-small.json";
    let mut arguments = vec!["gate", "small", "--transcript", "oracle.json"];
    arguments.extend(["--output", written, "--json"]);
    let gate = granite_bundle(&folder, &arguments);
    let errors = String::from_utf8_lossy(&gate.stderr).into_owned();
    assert_eq!(gate.status.code(), Some(0), "{errors}");
    let document: Value = serde_json::from_slice(&gate.stdout).unwrap();
    assert_eq!(
        (&document["agree"], &document["counted"]),
        (&16.into(), &16.into()),
        "{document:#}"
    );
    let mut chosen: Vec<_> = document["positions"].as_array().unwrap().iter().collect();
    chosen.sort_by_key(|position| position["got"].as_u64());
    chosen.dedup_by_key(|position| position["got"].as_u64());
    assert!(chosen.len() > 8, "the model says the same again and again");

    // The gate's own transcript is what a release job's lint reads.
    let lint = granite_bundle(
        &folder,
        &[
            "lint",
            "small",
            "--select",
            "transcript",
            "--format",
            "json",
        ],
    );
    let document: Value = serde_json::from_slice(&lint.stdout).unwrap();
    assert_eq!(lint.status.code(), Some(0), "{document:#}");
    println!("16 of 16 tokens are those of the oracle");
}
