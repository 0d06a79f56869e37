//! What each operation computes. Pure functions of tensors; every size is checked before memory is taken.

pub(super) mod broadcast;
pub mod conv;
pub mod elementwise;
pub mod index;
pub mod matmul;
pub mod movement;
pub mod quantize;
pub mod reduce;
pub mod shape;
pub mod sort;

use rayon::prelude::*;

use super::ExecError;
use super::tensor::{Elements, Tensor};

/// The axis that a number means, counted from the end where it is negative.
///
/// # Errors
/// A number beyond the axes.
pub(super) fn axis(number: i64, rank: usize) -> Result<usize, ExecError> {
    let from_end = i64::try_from(rank).unwrap_or(i64::MAX);
    let wrapped = if number < 0 {
        number + from_end
    } else {
        number
    };
    usize::try_from(wrapped)
        .ok()
        .filter(|axis| *axis < rank)
        .ok_or_else(|| ExecError::operands(format!("there is no axis {number} of {rank}")))
}

/// The one integer of a tensor.
///
/// # Errors
/// Another number of elements, or floats.
pub(super) fn scalar(tensor: &Tensor) -> Result<i64, ExecError> {
    match tensor.as_ints()? {
        [one] => Ok(*one),
        _ => Err(ExecError::operand(
            "one integer is",
            tensor.dtype,
            &tensor.shape,
        )),
    }
}

/// Sizes that a tensor of integers gives.
///
/// # Errors
/// Floats, or a negative size.
pub(super) fn sizes(tensor: &Tensor) -> Result<Vec<usize>, ExecError> {
    let size = |size: &i64| usize::try_from(*size).ok();
    let sizes = tensor.as_ints()?.iter().map(size);
    sizes
        .collect::<Option<_>>()
        .ok_or_else(|| ExecError::operand("sizes", tensor.dtype, &tensor.shape))
}

/// The axes that a tensor of integers names, in its order.
///
/// # Errors
/// Floats, an axis beyond the rank, or one named twice.
pub(super) fn axes(tensor: &Tensor, rank: usize) -> Result<Vec<usize>, ExecError> {
    let axes: Vec<_> = tensor
        .as_ints()?
        .iter()
        .map(|number| axis(*number, rank))
        .collect::<Result<_, _>>()?;
    let twice = |(place, axis): (usize, &usize)| axes[..place].contains(axis);
    if axes.iter().enumerate().any(twice) {
        return Err(ExecError::operand(
            "axes that differ are",
            tensor.dtype,
            &tensor.shape,
        ));
    }
    Ok(axes)
}

/// The distance in elements between neighbours along each axis.
pub(super) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// Elements from which on threads share a copy.
const PARALLEL_COPY: usize = 1 << 16;

/// Copies elements to as many others.
fn copy<T: Copy + Send + Sync>(to: &mut [T], from: &[T]) {
    if to.len() < PARALLEL_COPY {
        return to.copy_from_slice(from);
    }
    let piece = to.len().div_ceil(rayon::current_num_threads());
    let pieces = to.par_chunks_mut(piece).zip(from.par_chunks(piece));
    pieces.for_each(|(to, from)| to.copy_from_slice(from));
}

/// A tensor of the same class with the elements at these positions, each of which must be in range.
fn picked(from: &Tensor, shape: Vec<usize>, positions: impl Iterator<Item = usize>) -> Tensor {
    let dtype = from.dtype;
    match &from.data {
        Elements::Float(data) => {
            Tensor::exact(dtype, shape, positions.map(|at| data[at]).collect())
        }
        Elements::Int(data) => Tensor::ints(dtype, shape, positions.map(|at| data[at]).collect()),
    }
}

#[cfg(test)]
mod tests;
