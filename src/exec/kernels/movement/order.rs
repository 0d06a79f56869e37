//! Axes in another order or direction, and the walk over elements that are a step apart.

use rayon::prelude::*;

use crate::exec::kernels::{axes, copy, strides};
use crate::exec::tensor::{Elements, Shape, Tensor};
use crate::exec::{Buffer, ExecError};

/// The axes that a permutation names.
///
/// # Errors
/// No permutation of the axes.
pub fn order(permutation: &Tensor, rank: usize) -> Result<Vec<usize>, ExecError> {
    let order = axes(permutation, rank)?;
    if order.len() != rank {
        return Err(ExecError::operand(
            "an order of all axes is",
            permutation.dtype,
            &permutation.shape,
        ));
    }
    Ok(order)
}

/// The tensor with its axes in another order.
///
/// # Errors
/// An order of another number of axes.
pub fn transpose(x: &Tensor, order: &[usize]) -> Result<Tensor, ExecError> {
    let rank = x.rank();
    if order.len() != rank || order.iter().any(|axis| *axis >= rank) {
        return Err(ExecError::operand(
            "an order of all axes is",
            x.dtype,
            &x.shape,
        ));
    }
    let from = strides(&x.shape);
    let shape: Shape = order.iter().map(|axis| x.shape[*axis]).collect();
    // Moving axes of size 1 moves no element.
    let moving: Vec<_> = order.iter().filter(|axis| x.shape[**axis] != 1).collect();
    if moving.is_sorted() {
        return x.clone().reshaped(shape);
    }
    if let (Elements::Float(data), [.., rows, columns]) = (&x.data, x.shape.as_slice())
        && is_swap(order)
        && !x.is_empty()
    {
        let mut out = Buffer::unwritten(data.len());
        swap(data, &mut out, *rows, *columns);
        return Ok(Tensor::held(x.dtype, shape, out));
    }
    let steps: Vec<_> = order.iter().map(|axis| from[*axis]).collect();
    Ok(strided(
        x,
        shape,
        0,
        &steps.iter().map(|step| *step as isize).collect::<Vec<_>>(),
    ))
}

/// True if an order changes the last two axes for each other, and no others.
pub(in crate::exec) fn is_swap(order: &[usize]) -> bool {
    let rank = order.len();
    rank >= 2
        && order[..rank - 2]
            .iter()
            .enumerate()
            .all(|(axis, from)| axis == *from)
        && order[rank - 2..] == [rank - 1, rank - 2]
}

/// Rows that are written side by side, no more than a cache has places for one address and its likes.
const SIDE_BY_SIDE: usize = 8;

/// Elements from which on threads share the matrices.
const PARALLEL_SWAP: usize = 1 << 15;

/// Matrices of `rows` by `columns`, which are not 0, with rows for columns.
fn swap(data: &[f32], out: &mut [f32], rows: usize, columns: usize) {
    let one = |(from, to): (&[f32], &mut [f32])| {
        for first in (0..columns).step_by(SIDE_BY_SIDE) {
            let width = SIDE_BY_SIDE.min(columns - first);
            let to = &mut to[first * rows..(first + width) * rows];
            for row in 0..rows {
                let from = &from[row * columns + first..][..width];
                for (column, value) in from.iter().enumerate() {
                    to[column * rows + row] = *value;
                }
            }
        }
    };
    let size = rows * columns;
    if data.len() < PARALLEL_SWAP {
        data.chunks_exact(size)
            .zip(out.chunks_exact_mut(size))
            .for_each(one);
    } else {
        let pairs = data
            .par_chunks_exact(size)
            .zip(out.par_chunks_exact_mut(size));
        pairs.for_each(one);
    }
}

/// A tensor whose elements are `steps` apart in another, from `start` on; all of them must be inside.
pub(super) fn strided(x: &Tensor, shape: Shape, start: usize, steps: &[isize]) -> Tensor {
    match &x.data {
        Elements::Float(data) => {
            let mut out = Buffer::unwritten(shape.iter().product());
            walk(data, &mut out, &shape, start, steps);
            Tensor::held(x.dtype, shape, out)
        }
        Elements::Int(data) => {
            let mut out = vec![0; shape.iter().product()];
            walk(data, &mut out, &shape, start, steps);
            Tensor::ints(x.dtype, shape, out)
        }
    }
}

/// Elements of a run that are copied as they are.
const SHORT_RUN: usize = 4;

fn walk<T: Copy + Send + Sync>(
    data: &[T],
    out: &mut [T],
    shape: &[usize],
    start: usize,
    steps: &[isize],
) {
    let mut done = 0;
    visit(shape, start, steps, |at, run, step| {
        let part = &mut out[done..done + run];
        // A call for a copy takes longer than that of a few elements.
        if step == 1 && run > SHORT_RUN {
            copy(part, &data[at..at + run]);
        } else if step == 1 {
            let data = &data[at..at + run];
            match run {
                1 => part[0] = data[0],
                2 => part[..2].copy_from_slice(&data[..2]),
                3 => part[..3].copy_from_slice(&data[..3]),
                _ => part[..4].copy_from_slice(&data[..4]),
            }
        } else {
            for (place, out) in part.iter_mut().enumerate() {
                *out = data[at.wrapping_add_signed(step * place as isize)];
            }
        }
        done += run;
    });
}

/// Calls `each` with the position, the length and the step of every innermost run, in order.
pub(super) fn visit(
    shape: &[usize],
    start: usize,
    steps: &[isize],
    mut each: impl FnMut(usize, usize, isize),
) {
    let count: usize = shape.iter().product();
    let (Some((run, outer)), Some((step, outer_steps))) = (shape.split_last(), steps.split_last())
    else {
        return each(start, 1, 1);
    };
    let runs = count.checked_div(*run).unwrap_or(0);
    let mut index = vec![0; outer.len()];
    let mut at = start;
    for _ in 0..runs {
        each(at, *run, *step);
        for axis in (0..outer.len()).rev() {
            index[axis] += 1;
            at = at.wrapping_add_signed(outer_steps[axis]);
            if index[axis] < outer[axis] {
                break;
            }
            at = at.wrapping_add_signed(-(outer_steps[axis] * outer[axis] as isize));
            index[axis] = 0;
        }
    }
}

/// The tensor with some axes in reverse.
///
/// # Errors
/// Axes beyond the rank, or named twice.
pub fn reverse(x: &Tensor, at: &Tensor) -> Result<Tensor, ExecError> {
    let at = axes(at, x.rank())?;
    let mut steps: Vec<isize> = strides(&x.shape)
        .iter()
        .map(|step| *step as isize)
        .collect();
    let mut start = 0;
    if !x.is_empty() {
        for axis in at {
            start += (x.shape[axis] - 1) * steps[axis].unsigned_abs();
            steps[axis] = -steps[axis];
        }
    }
    Ok(strided(x, x.shape.clone(), start, &steps))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::model::DType;

    #[test]
    fn matrices_are_turned_as_any_axes_are() {
        for (matrices, rows, columns) in
            [(1, 2, 3), (3, 33, 17), (2, 16, 16), (5, 1, 9), (7, 130, 70)]
        {
            let count = matrices * rows * columns;
            let data = (0..count).map(|at| at as f32).collect();
            let x = Tensor::exact(DType::Float32, vec![matrices, rows, columns], data);
            let turned = transpose(&x, &[0, 2, 1]).unwrap();
            assert_eq!(turned.shape, [matrices, columns, rows]);
            let steps = [rows * columns, 1, columns].map(|step| step as isize);
            let walked = strided(&x, turned.shape.clone(), 0, &steps);
            assert_eq!(turned.as_floats().unwrap(), walked.as_floats().unwrap());
        }
        let none = Tensor::exact(DType::Float32, vec![2, 0, 3], Vec::new());
        assert_eq!(transpose(&none, &[0, 2, 1]).unwrap().shape, [2, 3, 0]);
    }
}
