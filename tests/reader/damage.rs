//! Damage to real files: nothing may panic, hang or be taken for sound when the format shows it is not.

use proptest::prelude::*;

use crate::bytecode;
use crate::targets::{aicode_asset, mlir_container};
use granite_bundle_testkit::turn::has_turn;

/// A decode step with states and inline constants.
const SMALL: &str = "decode_step_whole";
/// A program with quantized weights in resources.
const MIXED: &str = "quantized_int8_block32";
/// A program whose weights are packed.
const PACKED: &str = "odd_pass_palette6_per_tensor";

#[test]
fn the_undamaged_files_are_read() {
    for name in [SMALL, MIXED, PACKED] {
        let summary = aicode_asset(&bytecode(name)).unwrap();
        assert_eq!(summary.functions[0].name, "main");
    }
}

#[test]
fn every_truncation_is_an_error() {
    for name in [SMALL, MIXED, PACKED] {
        let bytes = bytecode(name);
        for len in 0..bytes.len() {
            assert!(aicode_asset(&bytes[..len]).is_err(), "{name} cut at {len}");
        }
    }
}

#[test]
fn every_extension_is_an_error() {
    for tail in [&[0][..], &[5, 1], &[0xCB; 64], &[0x0F, 1]] {
        let bytes = [&bytecode(SMALL), tail].concat();
        assert!(aicode_asset(&bytes).is_err(), "{tail:?}");
    }
}

/// Reads every form of a file with one byte changed, of those bytes that have their turn; the share of forms refused.
fn refused_forms(name: &str, values: impl Fn(u8) -> Vec<u8>) -> f64 {
    let mut bytes = bytecode(name);
    let (mut refused, mut tried) = (0, 0);
    for at in (0..bytes.len()).filter(|at| has_turn(*at, 8)) {
        let original = bytes[at];
        for value in values(original) {
            bytes[at] = value;
            tried += 1;
            if let Err(error) = aicode_asset(&bytes) {
                assert_ne!(value, original);
                assert!(error.offset <= bytes.len() as u64, "{error}");
                refused += 1;
            }
        }
        bytes[at] = original;
    }
    assert!(aicode_asset(&bytes).is_ok());
    f64::from(refused) / f64::from(tried)
}

#[test]
fn every_flipped_bit_reads_or_fails() {
    let refused = refused_forms(SMALL, |byte| (0..8).map(|bit| byte ^ (1 << bit)).collect());
    assert!(refused > 0.5, "{refused}");
}

#[test]
fn a_flipped_bit_in_every_byte_around_weights_reads_or_fails() {
    for name in [MIXED, PACKED] {
        let refused = refused_forms(name, |byte| vec![byte ^ (1 << (byte % 8))]);
        assert!(refused > 0.1, "{name}: {refused}");
    }
}

#[test]
fn every_byte_set_to_telling_values_reads_or_fails() {
    let telling = |byte: u8| vec![0, 0xFF, byte.wrapping_add(2), byte.wrapping_sub(2), byte];
    let refused = refused_forms(SMALL, telling);
    assert!(refused > 0.5, "{refused}");
}

#[test]
fn damage_to_weight_bytes_goes_unseen_because_they_are_not_read() {
    for name in [MIXED, PACKED] {
        let mut bytes = bytecode(name);
        let module = mlir_container(&bytes).unwrap();
        let sound = aicode_asset(&bytes).unwrap();
        for resource in module.resources.iter() {
            let data = resource.blob(bytes.as_slice()).unwrap().data;
            bytes[data.offset as usize] ^= 0xFF;
            bytes[(data.offset + data.len - 1) as usize] ^= 0xFF;
        }
        assert_eq!(aicode_asset(&bytes).unwrap().weights, sound.weights);
    }
}

#[test]
fn the_header_and_the_section_headers_are_checked() {
    let sound = bytecode(SMALL);
    for at in 0..4 {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        assert_eq!(aicode_asset(&bytes).unwrap_err().field, "magic number");
    }
    for version in [0, 5, 7] {
        let mut bytes = sound.clone();
        bytes[4] = version << 1 | 1;
        let error = aicode_asset(&bytes).unwrap_err();
        assert_eq!((error.field, error.offset), ("bytecode version", 4));
    }
}

proptest! {
    #[test]
    fn pieces_moved_about_read_or_fail(
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..64, any::<prop::sample::Index>()), 1..5)
    ) {
        let mut bytes = bytecode(MIXED);
        for (from, len, to) in cuts {
            let from = from.index(bytes.len());
            let piece: Vec<u8> = bytes[from..(from + len).min(bytes.len())].to_vec();
            let to = to.index(bytes.len());
            bytes.splice(to..(to + len / 2).min(bytes.len()), piece);
        }
        if let Err(error) = aicode_asset(&bytes) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn any_bytes_after_a_sound_header_read_or_fail(tail in proptest::collection::vec(any::<u8>(), 0..512)) {
        let bytes = [&bytecode(SMALL)[..19], &tail].concat();
        prop_assert!(mlir_container(&bytes).is_err());
    }
}
