//! How each weight is stored, for every form that exporters write.

use granite_bundle::model::{DType, Granularity, Palette, QuantizedKind, Sparse, WeightClass};
use granite_bundle_testkit::program::{Element, Tensor, Value};

use crate::build::{Builder, half, scale};

#[test]
fn splat_scales_that_share_a_value_keep_their_own_shapes() {
    let mut it = Builder::new();
    let mut weights = Vec::new();
    for (outputs, inputs) in [(96, 64), (64, 96), (128, 64)] {
        let data = it.stored(Element::SI8, &[outputs, inputs]);
        let scales = [outputs, inputs / 32];
        let one = it.splat(Element::F16, &scales, 1);
        weights.push(it.scaled(data, Element::SI8, one, &scales, &[outputs, inputs]));
    }
    let found = it.times(weights[0], 96, 64);
    assert_eq!(found.quantized.len(), 3);
    for weight in &found.quantized {
        assert_eq!(
            weight.scale,
            Some(scale(DType::Float16, &[1, 32])),
            "{weight}"
        );
        assert_eq!(weight.granularity(), Granularity::Block(1));
    }
    let groups = found.quantized_groups();
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].elements, 96 * 64 * 2 + 128 * 64);
}

#[test]
fn what_shares_a_scale_is_told_apart() {
    for (scales, expected) in [
        ([1, 1], Granularity::Tensor),
        ([96, 1], Granularity::Channel(0)),
        ([1, 64], Granularity::Channel(1)),
        ([96, 2], Granularity::Block(1)),
        ([3, 64], Granularity::Block(0)),
        ([3, 1], Granularity::Block(0)),
        ([3, 2], Granularity::Blocks),
    ] {
        let mut it = Builder::new();
        let data = it.stored(Element::UI4, &[96, 64]);
        let one = it.stored(Element::F32, &scales);
        let zero = it.stored(Element::UI4, &scales);
        let minimum = it.splat(Element::F16, &scales, 1);
        let name = "primitive.blockwise_shift_scale_v2";
        let matrix = it.op(name, &[data, one, zero, minimum], half(&[96, 64]));
        let found = it.times(matrix, 96, 64);
        let [weight] = found.quantized.as_slice() else {
            panic!("{:?}", found.quantized)
        };
        assert_eq!(weight.granularity(), expected, "{scales:?}");
        let scale = weight.scale.as_ref().unwrap();
        assert_eq!(scale.dtype, DType::Float32);
        assert_eq!(scale.zero_point, Some(DType::UInt4));
        assert_eq!(scale.minimum, Some(DType::Float16));
        assert_eq!(found.summed_axes(), [Some(1)]);
    }
}

#[test]
fn a_palette_is_described_by_its_tables() {
    let mut it = Builder::new();
    let indices = it.stored(Element::UI4, &[32, 64]);
    let table = it.stored(Element::F16, &[4, 1, 16, 3]);
    let matrix = it.looked_up(indices, table, 0, half(&[96, 64]));
    let found = it.times(matrix, 96, 64);
    let [weight] = found.quantized.as_slice() else {
        panic!("{:?}", found.quantized)
    };
    assert_eq!(weight.kind(), QuantizedKind::Palette);
    assert_eq!(weight.shape, [96, 64]);
    assert_eq!(weight.elements(), 96 * 64);
    let palette = Palette {
        table: DType::Float16,
        entries: 16,
        tables: 4,
        vector: 3,
        axis: Some(0),
        block: vec![24, 64],
        table_scale: None,
    };
    assert_eq!(weight.palette, Some(palette));
    assert_eq!(weight.granularity(), Granularity::Block(0));
    assert_eq!(weight.bytes, weight.data.bytes() + 4 * 16 * 3 * 2);
}

#[test]
fn a_quantized_table_and_a_scale_after_the_lookup_are_two_things() {
    let mut it = Builder::new();
    let indices = it.stored(Element::UI8, &[96, 64]);
    let table = it.stored(Element::SI8, &[1, 1, 256, 1]);
    let own = it.splat(Element::F16, &[1, 1, 1, 1], 1);
    let tables = [1, 1, 1, 1];
    let table = it.scaled(table, Element::SI8, own, &tables, &[1, 1, 256, 1]);
    let matrix = it.looked_up(indices, table, 0, half(&[96, 64]));
    let rows = it.stored(Element::F16, &[96, 1]);
    let matrix = it.scaled(matrix, Element::F16, rows, &[96, 1], &[96, 64]);
    let found = it.times(matrix, 96, 64);
    let [weight] = found.quantized.as_slice() else {
        panic!("{:?}", found.quantized)
    };
    assert_eq!(weight.kind(), QuantizedKind::Palette);
    assert_eq!(weight.scale, Some(scale(DType::Float16, &[1, 64])));
    let palette = weight.palette.as_ref().unwrap();
    assert_eq!((palette.table, palette.entries), (DType::Int8, 256));
    assert_eq!(palette.table_scale, Some(DType::Float16));
    assert_eq!(palette.block, [96, 64]);
}

/// A quarter of the elements of a 96 × 64 matrix.
const STORED: u64 = 1536;

#[test]
fn a_sparse_weight_has_a_density_whatever_lies_under_it() {
    let plain = |it: &mut Builder| {
        let values = it.stored(Element::F16, &[STORED]);
        it.dense(values, half(&[96, 64]))
    };
    let quantized = |it: &mut Builder| {
        let values = it.stored(Element::SI8, &[STORED]);
        let dense = it.dense(values, Tensor::new(Element::SI8, &[96, 64]));
        let rows = it.stored(Element::F16, &[96, 1]);
        it.scaled(dense, Element::SI8, rows, &[96, 1], &[96, 64])
    };
    let palette = |it: &mut Builder| {
        let indices = it.stored(Element::UI6, &[STORED]);
        let table = it.stored(Element::F16, &[1, 64, 1]);
        let values = it.looked_up(indices, table, 0, half(&[STORED]));
        it.dense(values, half(&[96, 64]))
    };
    type Make = fn(&mut Builder) -> Value;
    let cases: [(Make, QuantizedKind, Granularity); 3] = [
        (plain, QuantizedKind::Sparse, Granularity::Unknown),
        (quantized, QuantizedKind::Affine, Granularity::Channel(0)),
        (palette, QuantizedKind::Palette, Granularity::Tensor),
    ];
    for (make, kind, granularity) in cases {
        let mut it = Builder::new();
        let matrix = make(&mut it);
        let found = it.times(matrix, 96, 64);
        let [weight] = found.quantized.as_slice() else {
            panic!("{:?}", found.quantized)
        };
        let mask = DType::UInt1;
        assert_eq!(
            weight.sparse,
            Some(Sparse {
                stored: STORED,
                mask
            }),
            "{kind:?}"
        );
        assert_eq!((weight.kind(), weight.granularity()), (kind, granularity));
        assert_eq!(
            (weight.shape.as_slice(), weight.elements()),
            (&[96, 64][..], 96 * 64)
        );
        let layers = found
            .constants
            .iter()
            .filter(|it| it.class == WeightClass::Linear);
        assert_eq!(layers.count(), 1, "{kind:?}");
    }
}

#[test]
fn data_scaled_twice_are_not_explained_away() {
    let mut it = Builder::new();
    let data = it.stored(Element::SI8, &[96, 64]);
    let rows = it.stored(Element::F16, &[96, 1]);
    let once = it.scaled(data, Element::SI8, rows, &[96, 1], &[96, 64]);
    let columns = it.stored(Element::F16, &[1, 64]);
    let twice = it.scaled(once, Element::F16, columns, &[1, 64], &[96, 64]);
    let found = it.times(twice, 96, 64);
    assert_eq!(found.quantized.len(), 1);
    assert_eq!(found.quantized[0].kind(), QuantizedKind::Unknown);
}

#[test]
fn the_summed_axis_is_followed_to_the_stored_matrix() {
    let mut it = Builder::new();
    // A square matrix, whose axes only the operations tell apart, used as it is stored: [inputs, outputs].
    let data = it.stored(Element::SI8, &[64, 64]);
    let scales = it.stored(Element::F16, &[2, 64]);
    let matrix = it.scaled(data, Element::SI8, scales, &[2, 64], &[64, 64]);
    let wide = it.op("primitive.reshape_v2", &[matrix], half(&[1, 64, 64]));
    let x = it.main.argument("x", half(&[1, 1, 64]));
    let y = it.op("primitive.batch_matmul_v1", &[x, wide], half(&[1, 1, 64]));
    it.main.output("y", half(&[1, 1, 64]), y);
    let found = it.read().weights;
    assert_eq!(found.summed_axes(), [Some(0)]);
    assert_eq!(found.quantized[0].granularity(), Granularity::Block(0));
}
