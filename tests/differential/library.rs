//! The library against Apple's reader and the script's declarations.

use granite_bundle::model::{Asset, RecordedHash};
use sha2::{Digest, Sha256};

use crate::compare::Reading;
use crate::expected::{Declared, Expected, Set};

/// Everything in which the reader and an expectation differ.
fn differences(set: &Set, name: &str, expected: &Expected) -> Vec<String> {
    let asset = match Asset::open(&set.path(name)) {
        Ok(asset) => asset,
        Err(error) => return vec![format!("{name}: cannot be read: {error}")],
    };
    let mut differences = Reading::of(&asset).differences(name, expected);
    let Some(declared) = &expected.declared else {
        return differences;
    };
    let (ours, theirs) = (metadata(&asset), declared_metadata(declared));
    if ours != theirs {
        differences.push(format!("{name}: metadata {ours:?}, declared {theirs:?}"));
    }
    let bytecode = std::fs::read(&asset.bytecode_path).unwrap();
    let hash = RecordedHash::Sha256(Sha256::digest(&bytecode).into());
    if asset.recorded_hash != hash || asset.bytes != bytecode.len() as u64 {
        differences.push(format!(
            "{name}: {:?}, {} bytes",
            asset.recorded_hash, asset.bytes
        ));
    }
    differences
}

fn metadata(asset: &Asset) -> [Option<String>; 5] {
    let metadata = asset.metadata.clone().unwrap();
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    [
        metadata.asset_version,
        metadata.producer,
        filled(metadata.author),
        filled(metadata.license),
        filled(metadata.description),
    ]
}

fn declared_metadata(declared: &Declared) -> [Option<String>; 5] {
    let declared = |key: &str| declared.metadata.get(key).cloned();
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
