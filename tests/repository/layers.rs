//! Arrows between the layers point one way.

use std::collections::BTreeSet;
use std::fs;

use crate::{files, root};

/// Each layer with the layers it may name.
const LAYERS: &[(&str, &[&str])] = &[
    ("bytes", &[]),
    ("files", &[]),
    ("mlir", &["bytes"]),
    ("aicode", &["mlir"]),
    ("model", &["bytes", "files", "mlir", "aicode"]),
    ("bundle", &["files", "finding", "model"]),
    ("checkout", &[]),
    ("engine", &["bundle", "files", "model"]),
    ("exec", &["aicode", "bytes", "mlir", "model"]),
    ("generate", &["bundle", "engine", "exec"]),
    ("gate", &["files", "generate"]),
    ("profile", &["bundle", "engine", "files", "model"]),
    ("finding", &[]),
    (
        "lint",
        &[
            "bundle", "checkout", "engine", "files", "finding", "model", "profile",
        ],
    ),
    ("patch", &["checkout", "files"]),
    (
        "preflight",
        &["bundle", "checkout", "engine", "files", "model", "patch"],
    ),
    (
        "report",
        &[
            "bundle",
            "checkout",
            "engine",
            "exec",
            "finding",
            "gate",
            "generate",
            "lint",
            "model",
            "patch",
            "preflight",
            "profile",
        ],
    ),
    (
        "cli",
        &[
            "bundle",
            "checkout",
            "engine",
            "exec",
            "files",
            "finding",
            "gate",
            "generate",
            "lint",
            "model",
            "patch",
            "preflight",
            "profile",
            "report",
        ],
    ),
];

/// Names of the crate's modules that a source text refers to by path.
fn named_layers(source: &str) -> BTreeSet<String> {
    source
        .split("crate::")
        .skip(1)
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => group
                .split('}')
                .next()
                .unwrap_or(group)
                .split(',')
                .collect(),
            None => vec![rest],
        })
        .map(|path| {
            path.trim()
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn a_lower_layer_never_names_a_higher_one() {
    let known: BTreeSet<_> = LAYERS.iter().map(|(name, _)| *name).collect();
    let mut wrong = Vec::new();
    for (layer, allowed) in LAYERS {
        for file in files(&format!("src/{layer}"), "rs") {
            let source = fs::read_to_string(&file).unwrap();
            for named in named_layers(&source) {
                if known.contains(named.as_str())
                    && named != *layer
                    && !allowed.contains(&named.as_str())
                {
                    wrong.push(format!("{} names {named}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_folder_is_a_layer() {
    let listed: BTreeSet<_> = LAYERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let found: BTreeSet<_> = fs::read_dir(root().join("src"))
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert!(
        found.is_subset(&listed),
        "not in the table: {:?}",
        found.difference(&listed)
    );
}

#[test]
fn grouped_and_plain_paths_are_both_seen() {
    let source = "use crate::model::Asset; use crate::{bytes::Source, mlir};";
    let expected = ["bytes", "mlir", "model"].map(str::to_owned);
    assert_eq!(named_layers(source), BTreeSet::from(expected));
}
