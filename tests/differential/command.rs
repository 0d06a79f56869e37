//! `inspect --json --ops --weights` against Apple's reader and the script's declarations.

use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::compare::{Figures, Reading};
use crate::expected::{DeclaredFunction, Set};

#[derive(Debug, Deserialize)]
struct Document<E> {
    bundles: Vec<E>,
}

/// The entries of `inspect --json` for everything in a folder, of which `E` has the parts that are compared.
pub(crate) fn inspect<E: DeserializeOwned>(folder: &Path, options: &[&str]) -> Vec<E> {
    let output = Command::new(cargo_bin!("granite-bundle"))
        .args(["inspect", "--json"])
        .args(options)
        .arg(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let document: Document<E> = serde_json::from_slice(&output.stdout).unwrap();
    document.bundles
}

#[derive(Debug, Deserialize)]
struct Entry {
    path: String,
    asset: AssetFacts,
    functions: Vec<DeclaredFunction>,
    operations: Map<String, Value>,
    storage: Vec<Storage>,
    compute_types: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct AssetFacts {
    compatibility_version: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Storage {
    dtype: String,
    elements: u64,
}

impl Entry {
    fn reading(self) -> Reading {
        let operations = self.operations.into_iter();
        let storage = self.storage.into_iter();
        Reading::new(
            self.functions,
            Figures {
                compatibility_version: self.asset.compatibility_version,
                operations: operations
                    .map(|(name, count)| (name, count.as_u64().unwrap()))
                    .collect(),
                storage: storage.map(|part| (part.dtype, part.elements)).collect(),
                compute_types: self.compute_types,
            },
        )
    }
}

#[test]
fn inspect_agrees_with_apples_reader_and_with_what_was_declared() {
    for set in Set::all() {
        let entries = inspect::<Entry>(&set.folder, &["--ops", "--weights"]);
        assert_eq!(entries.len(), set.assets.len());
        let mut differing = Vec::new();
        for entry in entries {
            let name = Path::new(&entry.path)
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            differing.extend(entry.reading().differences(&name, &set.assets[&name]));
        }
        assert!(differing.is_empty(), "{}", differing.join("\n"));
    }
}
