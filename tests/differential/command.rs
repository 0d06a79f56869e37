//! `inspect --json --ops --weights` against Apple's reader and the script's declarations.

use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::compare::{Figures, Reading};
use crate::expected::{DeclaredFunction, Set};

/// The parts of the document that are compared.
#[derive(Debug, Deserialize)]
struct Document {
    bundles: Vec<Entry>,
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
        let output = Command::new(cargo_bin!("granite-bundle"))
            .args(["inspect", "--json", "--ops", "--weights"])
            .arg(&set.folder)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let document: Document = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document.bundles.len(), set.assets.len());
        let mut differing = Vec::new();
        for entry in document.bundles {
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
