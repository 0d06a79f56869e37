#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::exec::kernels::{matmul, quantize};
use crate::model::Packing;

fn halves(shape: &[usize], seed: usize) -> Tensor {
    let count = shape.iter().product::<usize>();
    let data = (0..count).map(|place| ((place * 7 + seed) % 13) as f32 / 8.0 - 0.75);
    Tensor::floats(DType::Float16, shape.to_vec(), data.collect())
}

fn bytes(shape: &[usize], dtype: DType) -> Tensor {
    let count = shape.iter().product::<usize>() as i64;
    Tensor::ints(
        dtype,
        shape.to_vec(),
        (0..count).map(|place| place * 37 % 251).collect(),
    )
}

fn plain(tensor: &Tensor) -> Weight {
    Weight::plain(Stored::of(tensor).unwrap(), tensor.shape.clone()).unwrap()
}

fn floats(tensor: &Tensor) -> &[f32] {
    tensor.as_floats().unwrap()
}

/// Both ways to multiply, transposed and not, agree with the dense product.
fn check(weight: &Weight, dense: &Tensor) {
    assert_eq!(floats(&weight.dense().unwrap()), floats(dense));
    let turned = weight.permuted(&[1, 0]).unwrap();
    let dense_turned = movement::transpose(dense, &[1, 0]).unwrap();
    for (weight, dense) in [(weight, dense), (&turned, &dense_turned)] {
        for rows in [1, 3] {
            let x = halves(&[1, rows, dense.shape[0]], 5);
            let expected = matmul::batch_matmul(
                &x,
                &dense
                    .clone()
                    .reshaped([&[1], dense.shape.as_slice()].concat())
                    .unwrap(),
            );
            let found = weight.multiplied(&x, DType::Float16).unwrap();
            for (found, expected) in floats(&found).iter().zip(floats(&expected.unwrap())) {
                let distance = (found - expected).abs();
                assert!(
                    distance <= expected.abs() / 512.0 + 1e-3,
                    "{found} {expected}"
                );
            }
        }
    }
}

#[test]
fn plain_weights_multiply_as_their_values_do() {
    let dense = halves(&[70, 45], 1);
    check(&plain(&dense), &dense);
}

#[test]
fn blocks_multiply_as_what_they_dequantize_to() {
    for (rows, columns, coarse) in [
        (40, 64, [40, 2]),
        (40, 64, [1, 1]),
        (40, 60, [20, 3]),
        (6, 48, [6, 1]),
    ] {
        let data = bytes(&[rows, columns], DType::Int8);
        let scale = halves(&coarse, 3);
        for zero in [0, 3] {
            let zeros = Tensor::ints(
                DType::Int8,
                coarse.to_vec(),
                vec![zero; coarse[0] * coarse[1]],
            );
            let offset = Tensor::zeros(DType::Float16, coarse.to_vec()).unwrap();
            let weight = Weight::affine(
                DType::Float16,
                &plain(&data),
                (&Stored::of(&scale).unwrap(), &coarse),
                Stored::of(&zeros).unwrap(),
                Stored::of(&offset).unwrap(),
            );
            let dense = quantize::blockwise_shift_scale(&data, &scale, &zeros, &offset).unwrap();
            check(&weight.unwrap().unwrap(), &dense);
        }
    }
}

#[test]
fn integers_of_every_width_multiply_as_they_are_stored() {
    for (dtype, bits) in [
        (DType::Int8, 8),
        (DType::UInt8, 8),
        (DType::Int4, 4),
        (DType::UInt4, 4),
    ] {
        let shape = [40, 64];
        let data = bytes(&shape, dtype);
        let packed: Vec<u8> = data
            .as_ints()
            .unwrap()
            .chunks(8 / bits)
            .map(|codes| {
                let place =
                    |(place, code): (usize, &i64)| (code & ((1 << bits) - 1)) << (place * bits);
                codes
                    .iter()
                    .enumerate()
                    .map(place)
                    .sum::<i64>()
                    .to_le_bytes()[0]
            })
            .collect();
        let packing = if bits == 8 {
            Packing::Whole
        } else {
            Packing::Packed
        };
        let stored = Stored::inline(dtype, 40 * 64, &packed, false, packing).unwrap();
        let weight = Weight::plain(stored, shape.to_vec()).unwrap();
        let scale = halves(&[40, 2], 3);
        for zero in [0, 5] {
            let zeros = Tensor::ints(dtype, vec![40, 2], vec![zero; 80]);
            let offset = Tensor::zeros(DType::Float16, vec![40, 2]).unwrap();
            let weight = Weight::affine(
                DType::Float16,
                &weight,
                (&Stored::of(&scale).unwrap(), &[40, 2]),
                Stored::of(&zeros).unwrap(),
                Stored::of(&offset).unwrap(),
            );
            let weight = weight.unwrap().unwrap();
            assert!(dot::Rows::of(&weight).is_some(), "{dtype}");
            let dense = quantize::blockwise_shift_scale(&data, &scale, &zeros, &offset).unwrap();
            check(&weight, &dense);
        }
    }
}

#[test]
fn palettes_multiply_as_their_entries_do() {
    for (axis, vector) in [(0, 1), (1, 1), (0, 4), (1, 4)] {
        let indices = bytes(&[24, 16], DType::UInt4);
        let tables = halves(&[2, 4, 16, vector], 2);
        let at = Tensor::ints(DType::Int16, vec![], vec![axis]);
        let dense = quantize::lut_to_dense(&indices, &tables, &at).unwrap();
        let stored = Stored::of(&indices).unwrap();
        let weight = Weight::palette(DType::Float16, &stored, &[24, 16], &tables, axis as usize);
        check(&weight.unwrap().unwrap(), &dense);
    }
}

#[test]
fn a_palette_of_integers_is_dequantized_after_it_is_looked_up() {
    let indices = bytes(&[8, 32], DType::UInt4);
    let tables = bytes(&[1, 1, 16, 1], DType::Int8);
    let at = Tensor::ints(DType::Int16, vec![], vec![0]);
    let codes = quantize::lut_to_dense(&indices, &tables, &at).unwrap();
    let palette = Weight::palette(
        DType::Int8,
        &Stored::of(&indices).unwrap(),
        &[8, 32],
        &tables,
        0,
    );
    let scale = halves(&[8, 1], 4);
    let zeros = Tensor::ints(DType::Int8, vec![8, 1], vec![0; 8]);
    let offset = Tensor::zeros(DType::Float16, vec![8, 1]).unwrap();
    let weight = Weight::affine(
        DType::Float16,
        &palette.unwrap().unwrap(),
        (&Stored::of(&scale).unwrap(), &[8, 1]),
        Stored::of(&zeros).unwrap(),
        Stored::of(&offset).unwrap(),
    );
    let dense = quantize::blockwise_shift_scale(&codes, &scale, &zeros, &offset).unwrap();
    check(&weight.unwrap().unwrap(), &dense);
}

#[test]
fn rows_are_gathered_without_decoding_the_rest() {
    let dense = halves(&[9, 20], 1);
    let weight = plain(&dense);
    let positions = Tensor::ints(DType::Int32, vec![1, 3, 1], vec![8, 0, -2]);
    let expected = index::gather_nd(&dense, &positions).unwrap();
    let found = weight.gather(&positions).unwrap();
    assert_eq!(
        (found.shape.as_slice(), floats(&found)),
        (&[1, 3, 20][..], floats(&expected))
    );
    let beyond = Tensor::ints(DType::Int32, vec![1, 1], vec![9]);
    assert!(weight.gather(&beyond).is_err());
    let experts = plain(&halves(&[3, 4, 5], 2));
    let one = experts
        .gather(&Tensor::ints(DType::Int32, vec![1, 1], vec![1]))
        .unwrap();
    assert_eq!(floats(&one), &floats(&experts.dense().unwrap())[20..40]);
}

#[test]
fn sparse_values_are_spread_in_their_own_type() {
    let mask = Stored::of(&Tensor::ints(DType::UInt1, vec![5], vec![0, 1, 1, 0, 1])).unwrap();
    let codes = Stored::of(&Tensor::ints(DType::Int8, vec![3], vec![-1, 2, 3])).unwrap();
    let spread = Stored::spread(&codes, &mask).unwrap();
    let weight = Weight::plain(spread, vec![5]).unwrap();
    assert_eq!(weight.dense().unwrap().as_ints().unwrap(), [0, -1, 2, 0, 3]);
    let short = Stored::of(&Tensor::ints(DType::Int8, vec![2], vec![1, 2])).unwrap();
    assert!(Stored::spread(&short, &mask).is_err());
}

#[test]
fn sizes_that_do_not_go_together_are_refused() {
    let data = plain(&bytes(&[4, 6], DType::Int8));
    let scale = Stored::of(&halves(&[3, 1], 0)).unwrap();
    let zero = scale.clone();
    assert!(Weight::affine(DType::Float16, &data, (&scale, &[3, 1]), zero.clone(), zero).is_err());
    let tables = halves(&[1, 1, 8, 1], 0);
    let indices = Stored::of(&bytes(&[4, 6], DType::UInt4)).unwrap();
    assert!(
        Weight::palette(DType::Float16, &indices, &[4, 6], &tables, 0).is_err(),
        "8 entries for 4 bits"
    );
    assert!(
        data.multiplied(&halves(&[1, 5], 0), DType::Float16)
            .is_err()
    );
}

#[test]
fn products_are_the_same_however_many_threads_share_them() {
    let plain = plain(&halves(&[203, 45], 1));
    let x = halves(&[1, 1, 45], 5);
    let data = bytes(&[203, 64], DType::Int8);
    let (scale, coarse) = (halves(&[203, 2], 3), [203, 2]);
    let zeros = Tensor::ints(DType::Int8, coarse.to_vec(), vec![0; 406]);
    let offset = Tensor::zeros(DType::Float16, coarse.to_vec()).unwrap();
    let blocks = Weight::affine(
        DType::Float16,
        &self::plain(&data),
        (&Stored::of(&scale).unwrap(), &coarse),
        Stored::of(&zeros).unwrap(),
        Stored::of(&offset).unwrap(),
    );
    let blocks = blocks.unwrap().unwrap();
    let wide = halves(&[1, 1, 64], 2);
    let products = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            [(&plain, &x), (&blocks, &wide)].map(|(weight, x)| {
                let turned = weight.permuted(&[1, 0]).unwrap();
                let product = turned.multiplied(x, DType::Float16).unwrap();
                floats(&product).to_vec()
            })
        })
    };
    let one = products(1);
    assert!(one.iter().flatten().any(|sum| *sum != 0.0));
    for threads in [2, 3, 7] {
        assert_eq!(products(threads), one);
    }
}
