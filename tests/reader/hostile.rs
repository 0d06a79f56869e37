//! Files made to hurt: counts that lie, nesting without end, entries that contain themselves.

use granite_bundle::mlir::{ReadError, ReadErrorKind};
use granite_bundle_testkit::bytecode::{Encoder, Tables};

use crate::targets::{aicode_asset, mlir_container};

const MAGIC: &[u8] = &[0x4D, 0x4C, 0xEF, 0x52, 0x0D, b'p', 0];

/// A file of raw sections.
fn file(sections: &[(u8, &[u8])]) -> Vec<u8> {
    let mut out = Encoder(MAGIC.to_vec());
    for (id, content) in sections {
        out.section(*id, content);
    }
    out.0
}

fn encoded(fill: impl FnOnce(&mut Encoder)) -> Encoder {
    let mut out = Encoder::default();
    fill(&mut out);
    out
}

/// An IR section of one operation without regions at attribute location 0.
fn empty_asset(tables: &mut Tables) -> Encoder {
    let number = tables.operation("serialization.asset");
    let properties = tables.properties(&encoded(|out| {
        out.varint(0).varint(0);
    }));
    encoded(|out| {
        out.varint(1 << 1).varint(number).byte(0x40).varint(0);
        out.varint(properties);
    })
}

/// Reads a file whose only operation is an empty asset, with the given attribute entries.
fn read_attributes(attributes: &[Encoder]) -> Result<(), ReadError> {
    let mut tables = Tables::default();
    let unit = encoded(|out| {
        out.varint(46);
    });
    tables.attribute(&unit);
    for attribute in attributes {
        tables.attribute(attribute);
    }
    let ir = empty_asset(&mut tables);
    aicode_asset(&tables.write(&ir).to_vec()).map(drop)
}

#[test]
fn the_frame_of_these_tests_is_sound() {
    assert_eq!(read_attributes(&[]), Ok(()));
}

#[test]
fn counts_that_lie_allocate_nothing() {
    let huge = [1 << 20, 1 << 32, 1 << 62, 1 << 63, u64::MAX];
    let empty: &[u8] = &[1];
    for count in huge {
        let lie = encoded(|out| {
            out.varint(count);
        });
        // The section that lies comes with sound ones, in every position.
        for liar in [0_u8, 1, 2, 3, 4, 6, 8] {
            let sections: Vec<(u8, &[u8])> = [0_u8, 1, 2, 3, 4, 5, 6, 8]
                .iter()
                .map(|id| match *id {
                    id if id == liar => (id, lie.0.as_slice()),
                    1 | 3 => (*id, &[1, 1][..]),
                    2 | 5 => (*id, &[][..]),
                    id => (id, empty),
                })
                .collect();
            let error = mlir_container(&file(&sections)).unwrap_err();
            assert!(!error.to_string().is_empty());
        }
        let mut lies = Encoder(MAGIC.to_vec());
        lies.byte(0).varint(count);
        let error = mlir_container(&lies.0).unwrap_err();
        assert!(matches!(error.kind, ReadErrorKind::Truncated { .. }));
    }
}

#[test]
fn sections_come_once_and_are_known() {
    let twice = mlir_container(&file(&[(0, &[1]), (0, &[1])])).unwrap_err();
    assert_eq!(twice.kind, ReadErrorKind::Duplicate);
    let resources = mlir_container(&file(&[(5, &[]), (5, &[])])).unwrap_err();
    assert_eq!(resources.kind, ReadErrorKind::Duplicate);
    for unknown in [7, 9, 0x1F, 0x7F] {
        let error = mlir_container(&file(&[(unknown, &[])])).unwrap_err();
        assert_eq!(error.field, "section identifier");
        assert_eq!(error.offset, MAGIC.len() as u64);
    }
    let missing = mlir_container(MAGIC).unwrap_err();
    assert_eq!(missing.kind, ReadErrorKind::MissingSection);
}

#[test]
fn alignments_are_small_powers_of_two() {
    for alignment in [0, 3, 8192, 1 << 40] {
        let mut out = Encoder(MAGIC.to_vec());
        out.byte(0x80).varint(0).varint(alignment);
        let error = mlir_container(&out.0).unwrap_err();
        assert_eq!(error.field, "section alignment");
    }
}

#[test]
fn a_producer_without_end_is_refused() {
    let bytes = [&MAGIC[..5], &[b'x'; 100_000]].concat();
    assert_eq!(mlir_container(&bytes).unwrap_err().field, "producer");
}

#[test]
fn an_array_that_contains_itself_is_refused() {
    let itself = encoded(|out| {
        out.varint(5).list(&[1]);
    });
    let error = read_attributes(&[itself]).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::Cycle);
}

#[test]
fn arrays_may_nest_but_not_without_end() {
    let chain = |len: u64| -> Vec<Encoder> {
        let links = (0..len).map(|link| {
            encoded(|out| {
                out.varint(5).list(&[link]);
            })
        });
        links.collect()
    };
    assert_eq!(read_attributes(&chain(63)), Ok(()));
    for len in [64, 100_000] {
        let error = read_attributes(&chain(len)).unwrap_err();
        assert!(matches!(error.kind, ReadErrorKind::TooDeep { .. }));
    }
}

#[test]
fn arrays_that_double_at_each_level_cost_no_more_than_their_size() {
    let doubling = (0..60).map(|link| {
        encoded(|out| {
            out.varint(5).list(&[link, link]);
        })
    });
    assert_eq!(read_attributes(&doubling.collect::<Vec<_>>()), Ok(()));
}

#[test]
fn entries_are_laid_out_as_their_code_says() {
    for (code, rest) in [
        (0_u64, &[][..]),
        (48, &[]),
        (127, &[]),
        (46, &[1]),
        (1, &[]),
        (1, &[0xFF]),
        (4, &[0x03]),
        (6, &[2, 1]),
        (6, &[0, 0x05]),
        (7, &[0x01]),
        (17, &[0x0B]),
    ] {
        let entry = encoded(|out| {
            out.varint(code).0.extend_from_slice(rest);
        });
        assert!(read_attributes(&[entry]).is_err(), "{code} {rest:?}");
    }
    // Codes in the known range whose layout nobody has seen are kept as they are.
    let unseen = encoded(|out| {
        out.varint(22).0.extend_from_slice(&[1, 2, 3]);
    });
    assert_eq!(read_attributes(&[unseen]), Ok(()));
}

/// A program of operations nested in each other's regions.
fn nested_regions(levels: usize, isolated: bool) -> Vec<u8> {
    let mut tables = Tables::default();
    tables.attribute(&encoded(|out| {
        out.varint(46);
    }));
    let number = tables.operation("controlflow.if_v1");
    let mut inner = encoded(|out| {
        out.varint(number).byte(0).varint(0);
    });
    for _ in 0..levels {
        let region = encoded(|out| {
            out.varint(1).varint(0).varint(1 << 1);
            out.0.extend_from_slice(&inner.0);
        });
        inner = encoded(|out| {
            out.varint(number).byte(0x10).varint(0).flag(1, isolated);
            match isolated {
                true => drop(out.ir_section(&region.0)),
                false => out.0.extend_from_slice(&region.0),
            }
        });
    }
    let top = encoded(|out| {
        out.varint(1 << 1).0.extend_from_slice(&inner.0);
    });
    tables.write(&top).to_vec()
}

#[test]
fn regions_may_nest_but_not_without_end() {
    for isolated in [true, false] {
        let module = mlir_container(&nested_regions(60, isolated)).unwrap();
        assert_eq!(module.ir.len(), 61);
        for levels in [64, 2_000] {
            let error = mlir_container(&nested_regions(levels, isolated)).unwrap_err();
            assert!(matches!(error.kind, ReadErrorKind::TooDeep { .. }));
        }
    }
}

#[test]
fn regions_within_regions_announce_no_more_values_than_there_are_bytes() {
    // Each level announces as many values as there are bytes left, whose types could just be there.
    let mut tables = Tables::default();
    tables.attribute(&encoded(|out| {
        out.varint(46);
    }));
    let number = tables.operation("controlflow.if_v1");
    let filler = 64_000;
    let levels = 50_u64;
    let mut body = encoded(|out| out.0.extend(std::iter::repeat_n(1, filler as usize)));
    for level in 0..levels {
        let inner = body.0;
        body = encoded(|out| {
            // One region, not isolated, of one block with one operation.
            out.varint(number).byte(0x10).varint(0).flag(1, false);
            out.varint(1).varint(filler - level).varint(1 << 1);
            out.0.extend_from_slice(&inner);
        });
    }
    let top = encoded(|out| {
        out.varint(1 << 1).0.extend_from_slice(&body.0);
    });
    let error = mlir_container(&tables.write(&top).to_vec()).unwrap_err();
    assert_eq!(error.field, "value count");
    let ReadErrorKind::OverLimit { count, limit } = error.kind else {
        panic!("{error}");
    };
    assert!(limit < 70_000 && count < 2 * filler, "{count} of {limit}");
}

#[test]
fn another_dialect_version_is_named() {
    for version in [0, 1, 3, 4, 1 << 40] {
        let mut tables = Tables::default();
        tables.dialect_version = version;
        let ir = empty_asset(&mut tables);
        let unit = encoded(|out| {
            out.varint(46);
        });
        tables.attribute(&unit);
        let error = aicode_asset(&tables.write(&ir).to_vec()).unwrap_err();
        assert!(
            error.to_string().starts_with(&format!(
                "version {version} is not supported (this reader knows version 2)"
            )),
            "{error}"
        );
        assert_eq!(error.field, "the aicode dialect version");
    }
}
