//! An asset with damage at every byte.

use std::fs;
use std::path::Path;

use granite_bundle::bundle::{Target, TargetKind, TargetPath};
use granite_bundle::engine::deployment::Deployment;
use granite_bundle::report::human::inspect::page;
use granite_bundle::report::json::inspect::{Details, Document, TargetEntry};
use granite_bundle_testkit::scratch;
use granite_bundle_testkit::turn::has_turn;

use crate::small_asset;

/// Reads an asset and renders everything there is to render of it.
fn render(asset: &Path) -> (bool, usize) {
    let target = Target::read(&TargetPath {
        path: asset.to_owned(),
        kind: TargetKind::Asset,
    });
    let options = Details {
        operations: true,
        weights: true,
        bandwidth: Some(60e9),
        ..Details::default()
    };
    let deployment = Deployment::of(&target);
    let text = page(&target, deployment.as_ref(), options, true, 80);
    let entry = TargetEntry::new(&target, deployment.as_ref(), options);
    let bundles = vec![entry];
    let document = granite_bundle::report::json::text(&Document { bundles }).unwrap();
    (target.failure().is_some(), text.len() + document.len())
}

#[test]
fn a_small_asset_cut_at_every_byte_is_an_error() {
    let folder = scratch::folder();
    let asset = folder.path().join("x.aimodel");
    small_asset().write(&asset).unwrap();
    let bytes = fs::read(asset.join("main.mlirb")).unwrap();
    assert!(!render(&asset).0);
    for length in 0..bytes.len() {
        fs::write(asset.join("main.mlirb"), &bytes[..length]).unwrap();
        assert!(render(&asset).0, "{length} bytes");
    }
}

#[test]
fn every_flipped_byte_of_a_small_asset_gives_a_page_or_an_error() {
    let folder = scratch::folder();
    let asset = folder.path().join("x.aimodel");
    small_asset().write(&asset).unwrap();
    let bytes = fs::read(asset.join("main.mlirb")).unwrap();
    let mut refused = 0;
    let places = (0..bytes.len()).filter(|place| has_turn(*place, 5));
    for place in places.clone() {
        for bits in [0x01, 0xFF] {
            let mut flipped = bytes.clone();
            flipped[place] ^= bits;
            fs::write(asset.join("main.mlirb"), flipped).unwrap();
            let (failed, length) = render(&asset);
            refused += usize::from(failed);
            assert!(
                length < 1 << 20,
                "{length} bytes of output for byte {place}"
            );
        }
    }
    assert!(refused > places.count());
}
