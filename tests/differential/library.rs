//! The library against Apple's reader, whole assets.

use granite_bundle::model::{Asset, RecordedHash};
use sha2::{Digest, Sha256};

use crate::compare;
use crate::expected::{DeclaredFunction, Expected, Set};

/// Everything in which the reader and an expectation differ.
fn differences(set: &Set, name: &str, expected: &Expected) -> Vec<String> {
    let asset = match Asset::open(&set.path(name)) {
        Ok(asset) => asset,
        Err(error) => return vec![format!("{name}: cannot be read: {error}")],
    };
    let mut differences = Vec::new();
    let mut check = |what: &str, ours: String, theirs: String| {
        if ours != theirs {
            differences.push(format!(
                "{name}: {what}\n  ours   {ours}\n  theirs {theirs}"
            ));
        }
    };
    let (ours, apple) = (compare::summary(&asset), expected.apple.as_ref().unwrap());
    for (what, ours, theirs) in [
        (
            "functions",
            format!("{:?}", ours.functions),
            format!("{:?}", apple.functions),
        ),
        (
            "operations",
            format!("{:?}", ours.operations),
            format!("{:?}", apple.operations),
        ),
        (
            "storage",
            format!("{:?}", ours.storage),
            format!("{:?}", apple.storage),
        ),
        (
            "compute types",
            format!("{:?}", ours.compute_types),
            format!("{:?}", apple.compute_types),
        ),
    ] {
        check(what, ours, theirs);
    }
    // Apple's reader names no version for a program it finds no function in.
    if !apple.functions.is_empty() {
        let (ours, theirs) = (&ours.compatibility_version, &apple.compatibility_version);
        check(
            "compatibility version",
            format!("{ours:?}"),
            format!("{theirs:?}"),
        );
    }
    let (ours, theirs) = graphs(&asset, expected);
    check(
        "declared functions",
        format!("{ours:?}"),
        format!("{theirs:?}"),
    );
    check(
        "metadata",
        format!("{:?}", metadata(&asset)),
        format!("{:?}", declared_metadata(expected)),
    );
    let bytecode = std::fs::read(&asset.bytecode_path).unwrap();
    let hash = RecordedHash::Sha256(Sha256::digest(&bytecode).into());
    check(
        "hash",
        format!("{:?}", asset.recorded_hash),
        format!("{hash:?}"),
    );
    check("size", asset.bytes.to_string(), bytecode.len().to_string());
    differences
}

/// Graphs as read and as declared. The vendor's writer inlines or drops private graphs that it can, so a declared
/// private graph that is not in the file does not count.
fn graphs(asset: &Asset, expected: &Expected) -> (Vec<DeclaredFunction>, Vec<DeclaredFunction>) {
    let ours: Vec<_> = asset.functions.iter().map(compare::declared).collect();
    let in_file = |graph: &&DeclaredFunction| {
        graph.visibility == "public" || ours.iter().any(|ours| ours.name == graph.name)
    };
    let declared = expected.declared.functions.iter();
    let theirs = declared.filter(in_file).cloned().collect();
    (ours, theirs)
}

fn metadata(asset: &Asset) -> [Option<String>; 5] {
    let metadata = asset.metadata.clone().unwrap();
    [
        metadata.asset_version,
        metadata.producer,
        metadata.author.filter(|text| !text.is_empty()),
        metadata.license.filter(|text| !text.is_empty()),
        metadata.description.filter(|text| !text.is_empty()),
    ]
}

fn declared_metadata(expected: &Expected) -> [Option<String>; 5] {
    let declared = |key: &str| expected.declared.metadata.get(key).cloned();
    [
        Some("2.0".to_owned()),
        Some("coreai-core 1.0.0b3".to_owned()),
        declared("author"),
        declared("license"),
        declared("model_description"),
    ]
}

#[test]
fn the_reader_agrees_with_apples_and_with_what_was_declared() {
    let mut compared = 0;
    let mut differing = Vec::new();
    for set in Set::all() {
        for (name, expected) in &set.assets {
            compared += 1;
            differing.extend(differences(&set, name, expected));
        }
    }
    println!(
        "{compared} assets compared, {} differences",
        differing.len()
    );
    assert!(compared >= 100, "only {compared} assets");
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
