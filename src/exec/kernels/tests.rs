#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod properties;
mod shapes;

use proptest::prelude::*;

use super::conv::{Pool, Transposed, conv, conv_transpose, pool};
use super::elementwise::{Binary, Comparison, Gelu, Unary, cast, select};
use super::index::{Scatter, gather_along_axis, gather_nd, scatter_along_axis, scatter_nd};
use super::matmul::{self, batch_matmul};
use super::movement::{self, Padding};
use super::quantize;
use super::reduce::{Combiner, Reduction, argmax, scan, softmax};
use super::{shape, sort};
use crate::exec::tensor::{Elements, Tensor};
use crate::model::DType;

fn f32s(shape: &[usize], data: &[f32]) -> Tensor {
    Tensor::floats(DType::Float32, shape.to_vec(), data.to_vec())
}

fn i32s(shape: &[usize], data: &[i64]) -> Tensor {
    Tensor::ints(DType::Int32, shape.to_vec(), data.to_vec())
}

fn list(data: &[i64]) -> Tensor {
    i32s(&[data.len()], data)
}

fn number(value: i64) -> Tensor {
    i32s(&[], &[value])
}

fn floats(tensor: &Tensor) -> &[f32] {
    tensor.as_floats().unwrap()
}

fn ints(tensor: &Tensor) -> &[i64] {
    tensor.as_ints().unwrap()
}

/// `0, 1, 2, …`
fn counted(shape: &[usize]) -> Tensor {
    let count = shape.iter().product::<usize>() as i64;
    i32s(shape, &(0..count).collect::<Vec<_>>())
}

#[test]
fn integers_divide_as_the_dialect_says() {
    let (x, y) = (list(&[10, -10, 10, -10, 7]), list(&[3, 3, -3, -3, 0]));
    let of = |binary: Binary| ints(&binary.apply(x.clone(), y.clone()).unwrap()).to_vec();
    assert_eq!(of(Binary::Divide), [3, -3, -3, 3, 0]);
    assert_eq!(of(Binary::FloorDivide), [3, -4, -4, 3, 0]);
    assert_eq!(of(Binary::Modulo), [1, -1, 1, -1, 0]);
    let most = Tensor::ints(DType::Int8, vec![1], vec![127]);
    let one = Tensor::ints(DType::Int8, vec![1], vec![1]);
    assert_eq!(
        ints(&Binary::Add.apply(most.clone(), one.clone()).unwrap()),
        [-128]
    );
    let power = Binary::Pow
        .apply(list(&[-2, 2, -1, 0]).clone(), list(&[3, -1, -3, 0]).clone())
        .unwrap();
    assert_eq!(ints(&power), [-8, 0, 0, 1]);
    let far = |base| Tensor::ints(DType::Int64, vec![1], vec![base]);
    let power = Binary::Pow.apply(far(3), far(i64::MAX - 1)).unwrap();
    assert_eq!(ints(&power), [-8_198_552_921_648_689_607]);
    let truths = Tensor::ints(DType::Bool, vec![2], vec![1, 1]);
    assert_eq!(
        ints(&Binary::Add.apply(truths.clone(), truths.clone()).unwrap()),
        [1, 1]
    );
}

#[test]
fn floats_keep_their_type_and_not_a_number() {
    let half = |value: f32| Tensor::floats(DType::Float16, vec![1], vec![value]);
    let sum = Binary::Add
        .apply(half(2048.0).clone(), half(1.0).clone())
        .unwrap();
    assert_eq!((sum.dtype, floats(&sum)), (DType::Float16, &[2048.0][..]));
    let big = Binary::Mul
        .apply(half(60000.0).clone(), half(2.0).clone())
        .unwrap();
    assert_eq!(floats(&big), [f32::INFINITY]);
    let nan = f32s(&[2], &[f32::NAN, 1.0]);
    let most = Binary::Maximum
        .apply(nan.clone(), f32s(&[2], &[0.0, f32::NAN]).clone())
        .unwrap();
    assert!(floats(&most).iter().all(|value| value.is_nan()));
    let equal = Comparison::NotEqual.apply(&nan, &nan).unwrap();
    assert_eq!(ints(&equal), [1, 0]);
    assert!(
        Binary::Add
            .apply(nan.clone(), list(&[1, 2]).clone())
            .is_err()
    );
}

#[test]
fn functions_of_one_operand_are_the_usual_ones() {
    let x = f32s(&[4], &[-1.5, 0.0, 0.5, 2.5]);
    let of = |unary: Unary| floats(&unary.apply(x.clone()).unwrap()).to_vec();
    assert_eq!(of(Unary::Round), [-2.0, 0.0, 0.0, 2.0]);
    assert_eq!(of(Unary::Relu), [0.0, 0.0, 0.5, 2.5]);
    let near = |found: Vec<f32>, wanted: [f32; 4]| {
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() < 2e-6, "{found} {wanted}");
        }
    };
    near(
        of(Unary::Sigmoid),
        [0.182_425_5, 0.5, 0.622_459_3, 0.924_141_8],
    );
    near(
        of(Unary::Silu),
        [-0.273_638_3, 0.0, 0.311_229_7, 2.310_354_5],
    );
    near(
        of(Unary::Gelu(Gelu::Exact)),
        [-0.100_210_8, 0.0, 0.345_731_2, 2.484_475_9],
    );
    near(
        of(Unary::Gelu(Gelu::Tanh)),
        [-0.100_428_2, 0.0, 0.345_714, 2.484_916],
    );
    near(
        of(Unary::Gelu(Gelu::Sigmoid)),
        [-0.108_337_8, 0.0, 0.350_388_2, 2.465_012],
    );
    assert_eq!(ints(&Unary::Abs.apply(list(&[-3, 3])).unwrap()), [3, 3]);
    assert!(Unary::Sin.apply(list(&[1])).is_err());
}

#[test]
fn casts_truncate_round_and_decide() {
    let x = f32s(&[4], &[-1.9, 0.0, 1.9, f32::NAN]);
    assert_eq!(ints(&cast(&x, DType::Int32).unwrap())[..3], [-1, 0, 1]);
    assert_eq!(ints(&cast(&x, DType::Bool).unwrap()), [1, 0, 1, 1]);
    let third = cast(&f32s(&[1], &[1.0 / 3.0]), DType::Float16).unwrap();
    assert_eq!(floats(&third), [0.333_251_95]);
    let wide = Tensor::ints(DType::UInt64, vec![1], vec![-1]);
    assert_eq!(
        floats(&cast(&wide, DType::Float32).unwrap()),
        [18_446_744_073_709_551_615.0]
    );
    assert!(cast(&x, DType::Complex64).is_err());
    let beyond = f32s(&[4], &[-1.0e30, 300.5, f32::INFINITY, f32::NAN]);
    let of = |x: &Tensor, dtype| ints(&cast(x, dtype).unwrap()).to_vec();
    assert_eq!(of(&beyond, DType::Int8), [-128, 127, 127, 0]);
    assert_eq!(of(&beyond, DType::UInt8), [0, 255, 255, 0]);
    assert_eq!(of(&beyond, DType::UInt64), [0, 300, -1, 0]);
    let wide = Tensor::ints(DType::Int64, vec![3], vec![-7, 70_000, 7]);
    assert_eq!(of(&wide, DType::UInt16), [0, 65_535, 7]);
    assert_eq!(of(&wide, DType::UInt64), [0, 70_000, 7]);
    let most = Tensor::ints(DType::UInt64, vec![1], vec![-1]);
    assert_eq!(of(&most, DType::Int32), [i64::from(i32::MAX)]);
    assert_eq!(of(&most, DType::UInt64), [-1]);
}

#[test]
fn many_become_one() {
    let x = f32s(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, -6.0]);
    let of = |reduction: Reduction, axes: &[i64]| {
        let reduced = reduction.apply(&x, &list(axes)).unwrap();
        (reduced.shape.clone(), floats(&reduced).to_vec())
    };
    assert_eq!(of(Reduction::Sum, &[-1]), (vec![2, 1], vec![6.0, 3.0]));
    assert_eq!(
        of(Reduction::Mean, &[0]),
        (vec![1, 3], vec![2.5, 3.5, -1.5])
    );
    assert_eq!(of(Reduction::Max, &[0, 1]), (vec![1, 1], vec![5.0]));
    assert_eq!(of(Reduction::Min, &[1]), (vec![2, 1], vec![1.0, -6.0]));
    assert_eq!(
        of(Reduction::Product, &[1]),
        (vec![2, 1], vec![6.0, -120.0])
    );
    let truths = Tensor::ints(DType::Bool, vec![2, 2], vec![1, 0, 1, 1]);
    assert_eq!(
        ints(&Reduction::All.apply(&truths, &list(&[1])).unwrap()),
        [0, 1]
    );
    assert_eq!(
        ints(&Reduction::Any.apply(&truths, &list(&[0, 1])).unwrap()),
        [1]
    );
    assert!(Reduction::Mean.apply(&truths, &list(&[0])).is_err());
    assert!(Reduction::Sum.apply(&x, &list(&[2])).is_err());
    assert_eq!(
        ints(&argmax(&x, &number(1), DType::UInt32).unwrap()),
        [2, 1]
    );
    assert_eq!(
        ints(
            &argmax(
                &f32s(&[3], &[f32::NAN, -1.0, 2.0]),
                &number(0),
                DType::Int32
            )
            .unwrap()
        ),
        [2]
    );
    assert_eq!(
        ints(&argmax(&list(&[3, 9, 9]), &number(0), DType::UInt32).unwrap()),
        [1]
    );
}

#[test]
fn a_long_sum_of_halves_is_kept_in_single_precision() {
    let ones = Tensor::floats(DType::Float16, vec![1, 4096], vec![1.0; 4096]);
    let sum = Reduction::Sum.apply(&ones, &list(&[1])).unwrap();
    assert_eq!(
        floats(&sum),
        [4096.0],
        "a running sum in float16 would stay at 2048"
    );
}

#[test]
fn shares_add_up_and_infinity_leaves_none() {
    let x = f32s(
        &[3, 2],
        &[0.0, 0.0, f32::INFINITY, 1.0, f32::NEG_INFINITY, 0.0],
    );
    let shares = softmax(&x, &number(1)).unwrap();
    let shares = floats(&shares);
    assert_eq!(
        (&shares[..2], &shares[4..]),
        (&[0.5, 0.5][..], &[0.0, 1.0][..])
    );
    assert!(shares[2..4].iter().all(|value| value.is_nan()));
    let columns = softmax(&f32s(&[2, 2], &[0.0, 1.0, 0.0, 1.0]), &number(0)).unwrap();
    assert_eq!(floats(&columns), [0.5; 4]);
    let nan = softmax(&f32s(&[2], &[f32::NAN, 0.0]), &number(0)).unwrap();
    assert!(floats(&nan).iter().all(|value| value.is_nan()));
}

#[test]
fn scans_go_both_ways() {
    let x = counted(&[2, 2]);
    let down = scan(&x, &number(0), false, Combiner::Sum).unwrap();
    assert_eq!(ints(&down), [0, 1, 2, 4]);
    let back = scan(&x, &number(1), true, Combiner::Max).unwrap();
    assert_eq!(ints(&back), [1, 1, 3, 3]);
}

#[test]
fn order_is_stable_and_what_is_no_number_comes_last() {
    let x = f32s(&[5], &[2.0, f32::NAN, 1.0, 2.0, f32::INFINITY]);
    let up = sort::argsort(&x, &number(0), false, DType::Int32).unwrap();
    assert_eq!(ints(&up), [2, 0, 3, 4, 1]);
    let down = sort::argsort(&x, &number(-1), true, DType::Int32).unwrap();
    assert_eq!(ints(&down), [4, 0, 3, 2, 1]);
    let sorted = sort::sort(&list(&[3, 1, 2]), &number(0), true).unwrap();
    assert_eq!(ints(&sorted), [3, 2, 1]);
}

#[test]
fn windows_move_over_what_they_cover() {
    let x = f32s(&[1, 2, 4], &[1.0, 2.0, 3.0, 4.0, 10.0, 20.0, 30.0, 40.0]);
    let weight = f32s(&[2, 1, 2], &[1.0, -1.0, 0.5, 0.5]);
    let out = conv(&x, &weight, &list(&[1]), &list(&[2]), &number(2)).unwrap();
    assert_eq!(
        (out.shape.as_slice(), floats(&out)),
        (&[1, 2, 2][..], &[-2.0, -2.0, 20.0, 30.0][..])
    );
    assert!(conv(&x, &weight, &list(&[1]), &list(&[1]), &number(1)).is_err());
    assert!(conv(&x, &weight, &list(&[0]), &list(&[1]), &number(2)).is_err());
    let image = f32s(&[1, 1, 5], &[1.0, 5.0, 2.0, 4.0, 3.0]);
    let most = pool(
        &image,
        &list(&[2]),
        &list(&[2]),
        &list(&[1]),
        true,
        Pool::Max,
    )
    .unwrap();
    assert_eq!(floats(&most), [5.0, 4.0, 3.0]);
    let sums = pool(
        &image,
        &list(&[2]),
        &list(&[2]),
        &list(&[1]),
        false,
        Pool::Sum,
    )
    .unwrap();
    assert_eq!(floats(&sums), [6.0, 6.0]);
}

#[test]
fn a_transposed_convolution_puts_kernels_side_by_side() {
    let x = f32s(&[1, 1, 2], &[1.0, 2.0]);
    let weight = f32s(&[1, 1, 3], &[1.0, 10.0, 100.0]);
    let window = Transposed {
        stride: &list(&[2]),
        padding: &list(&[0, 0]),
        dilation: &list(&[1]),
        output_padding: &list(&[0]),
    };
    let out = conv_transpose(&x, &weight, &window, &number(1)).unwrap();
    assert_eq!(floats(&out), [1.0, 10.0, 102.0, 20.0, 200.0]);
    let cut = Transposed {
        padding: &list(&[1, 1]),
        ..window
    };
    let out = conv_transpose(&x, &weight, &cut, &number(1)).unwrap();
    assert_eq!(floats(&out), [10.0, 102.0, 20.0]);
}

#[test]
fn few_bits_become_many_and_back() {
    let data = Tensor::ints(DType::Int8, vec![2, 4], vec![1, 2, 3, 4, 5, 6, 7, 8]);
    let scale = f32s(&[2, 2], &[1.0, 10.0, 100.0, 1000.0]);
    let zero = Tensor::ints(DType::Int8, vec![2, 2], vec![0, 1, 0, 1]);
    let offset = f32s(&[2, 2], &[0.0, 0.0, 0.5, 0.0]);
    let dense = quantize::blockwise_shift_scale(&data, &scale, &zero, &offset).unwrap();
    assert_eq!(
        floats(&dense),
        [1.0, 2.0, 20.0, 30.0, 500.5, 600.5, 6000.0, 7000.0]
    );
    let x = f32s(&[2, 2], &[0.0, 1.26, -70.0, 70.0]);
    let (scales, zeros) = (
        f32s(&[2], &[0.5, 0.5]),
        Tensor::ints(DType::Int8, vec![2], vec![0, 3]),
    );
    let offsets = f32s(&[2], &[0.0, 0.0]);
    let codes = quantize::quantize(&x, &scales, &zeros, &offsets, &number(0)).unwrap();
    assert_eq!(ints(&codes), [0, 3, -128, 127]);
    let back = quantize::dequantize(&codes, &scales, &zeros, &offsets, &number(0)).unwrap();
    assert_eq!(floats(&back), [0.0, 1.5, -65.5, 62.0]);
    assert!(quantize::quantize(&x, &f32s(&[3], &[1.0; 3]), &zeros, &offsets, &number(0)).is_err());
}

#[test]
fn tables_are_looked_up_and_masks_filled() {
    let indices = Tensor::ints(DType::UInt1, vec![2, 2], vec![0, 1, 1, 0]);
    let tables = f32s(&[1, 1, 2, 2], &[1.0, 2.0, 3.0, 4.0]);
    let beside = quantize::lut_to_dense(&indices, &tables, &number(1)).unwrap();
    assert_eq!(
        (beside.shape.as_slice(), floats(&beside)),
        (&[2, 4][..], &[1.0, 2.0, 3.0, 4.0, 3.0, 4.0, 1.0, 2.0][..])
    );
    let below = quantize::lut_to_dense(&indices, &tables, &number(0)).unwrap();
    assert_eq!(floats(&below), [1.0, 3.0, 2.0, 4.0, 3.0, 1.0, 4.0, 2.0]);
    let mask = Tensor::ints(DType::UInt1, vec![2, 3], vec![0, 1, 0, 1, 0, 1]);
    let dense = quantize::sparse_to_dense(&f32s(&[3], &[10.0, 20.0, 30.0]), &mask).unwrap();
    assert_eq!(floats(&dense), [0.0, 10.0, 0.0, 20.0, 0.0, 30.0]);
    assert!(quantize::sparse_to_dense(&f32s(&[2], &[1.0, 2.0]), &mask).is_err());
}
