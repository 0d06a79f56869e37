//! Damaged assets: where both readers read one, they must read the same.

use std::path::Path;

use granite_bundle::model::Asset;
use serde::Deserialize;
use serde_json::Value;

use crate::compare::Reading;
use crate::expected::{Summary, generated_folder};

/// An entry of `damage.json`; `apple` is a summary, the name of a failure, or null for an empty summary.
#[derive(Debug, Deserialize)]
struct Flip {
    asset: String,
    offset: usize,
    bit: u32,
    apple: Value,
}

impl Flip {
    /// Apple's summary, if its reader neither failed nor found no function.
    fn summary(&self) -> Option<Summary> {
        serde_json::from_value(self.apple.clone()).ok()
    }
}

#[derive(Debug, Default)]
struct Tally {
    agree: u32,
    only_apple_reads: u32,
    only_we_read: u32,
    neither_reads: u32,
    differences: Vec<String>,
}

impl Tally {
    fn add(&mut self, flip: &Flip, ours: Option<Summary>) {
        match (flip.summary(), ours) {
            (Some(theirs), Some(ours)) if theirs == ours => self.agree += 1,
            (Some(theirs), Some(ours)) => self.differences.push(format!(
                "{} byte {} bit {}\n  ours   {ours:?}\n  theirs {theirs:?}",
                flip.asset, flip.offset, flip.bit
            )),
            (Some(_), None) => self.only_apple_reads += 1,
            (None, Some(_)) => self.only_we_read += 1,
            (None, None) => self.neither_reads += 1,
        }
    }
}

/// Our reader's summary of an asset with one bit flipped.
fn damaged(folder: &Path, scratch: &Path, flip: &Flip) -> Option<Summary> {
    let original = folder.join(format!("{}.aimodel", flip.asset));
    let mut bytes = std::fs::read(original.join("main.mlirb")).unwrap();
    bytes[flip.offset] ^= 1 << flip.bit;
    std::fs::write(scratch.join("main.mlirb"), bytes).unwrap();
    std::fs::copy(
        original.join("metadata.json"),
        scratch.join("metadata.json"),
    )
    .unwrap();
    let asset = Asset::open(scratch).ok()?;
    Some(Reading::of(&asset).summary)
}

#[test]
fn damaged_assets_read_the_same_where_both_readers_read_them() {
    let Some(generated) = generated_folder() else {
        return;
    };
    let scratch = tempfile::Builder::new()
        .suffix(".aimodel")
        .tempdir()
        .unwrap();
    let mut tally = Tally::default();
    let mut flipped = 0;
    for folder in ["authored", "exported"].map(|set| generated.join(set)) {
        let text = std::fs::read_to_string(folder.join("damage.json")).unwrap();
        let flips: Vec<Flip> = serde_json::from_str(&text).unwrap();
        flipped += flips.len();
        for flip in &flips {
            tally.add(flip, damaged(&folder, scratch.path(), flip));
        }
    }
    println!(
        "{flipped} flips: {} read alike, {} read by Apple's reader only, {} by ours only, {} by neither, {} differ",
        tally.agree,
        tally.only_apple_reads,
        tally.only_we_read,
        tally.neither_reads,
        tally.differences.len()
    );
    assert!(tally.agree > 0, "nothing was compared");
    assert!(
        tally.differences.is_empty(),
        "{}",
        tally.differences.join("\n")
    );
}
