//! Tensors one behind the other, and taken apart.

use std::ops::Range;

use super::order::strided;
use crate::exec::ExecError;
use crate::exec::kernels::{axis, scalar, sizes, strides};
use crate::exec::tensor::{Elements, Shape, Tensor, elements};

/// Tensors one behind the other along an axis.
///
/// # Errors
/// Sizes or types that do not go together.
pub fn concat(at: &Tensor, parts: &[&Tensor]) -> Result<Tensor, ExecError> {
    let Some(first) = parts.first() else {
        return Err(ExecError::operands("there is nothing to join"));
    };
    let at = axis(scalar(at)?, first.rank().max(1))?;
    // Exporters join scalars to lists of sizes.
    let shapes: Vec<Shape> = parts
        .iter()
        .map(|part| {
            if part.rank() == 0 {
                vec![1]
            } else {
                part.shape.clone()
            }
        })
        .collect();
    let mut shape = shapes[0].clone();
    shape[at] = 0;
    for other in &shapes {
        let fits = other.len() == shape.len()
            && (0..shape.len()).all(|axis| axis == at || other[axis] == shape[axis]);
        if !fits {
            return Err(ExecError::shapes(&shapes[0], other));
        }
        shape[at] = shape[at].saturating_add(other[at]);
    }
    let count = elements(&shape)?;
    let outer: usize = shape[..at].iter().product();
    let widths: Vec<usize> = shapes
        .iter()
        .map(|shape| shape[at..].iter().product())
        .collect();
    if let Elements::Float(_) = first.data {
        let parts: Vec<_> = parts
            .iter()
            .map(|part| part.as_floats())
            .collect::<Result<_, _>>()?;
        Ok(Tensor::exact(
            first.dtype,
            shape,
            joined(&parts, &widths, outer, count),
        ))
    } else {
        let parts: Vec<_> = parts
            .iter()
            .map(|part| part.as_ints())
            .collect::<Result<_, _>>()?;
        Ok(Tensor::ints(
            first.dtype,
            shape,
            joined(&parts, &widths, outer, count),
        ))
    }
}

fn joined<T: Copy + Default>(
    parts: &[&[T]],
    widths: &[usize],
    outer: usize,
    count: usize,
) -> Vec<T> {
    let row: usize = widths.iter().sum();
    if row <= SHORT_ROW && row > 0 {
        let mut data = vec![T::default(); count];
        let mut first = 0;
        for (part, width) in parts.iter().zip(widths) {
            let columns = first..first + width;
            match width {
                1 => lay::<T, 1>(part, columns, &mut data, row),
                2 => lay::<T, 2>(part, columns, &mut data, row),
                3 => lay::<T, 3>(part, columns, &mut data, row),
                4 => lay::<T, 4>(part, columns, &mut data, row),
                _ => {
                    let rows = data.chunks_exact_mut(row).zip(part.chunks_exact(*width));
                    rows.for_each(|(to, from)| to[columns.clone()].copy_from_slice(from));
                }
            }
            first += width;
        }
        return data;
    }
    let mut data = Vec::with_capacity(count);
    for row in 0..outer {
        for (part, width) in parts.iter().zip(widths) {
            data.extend_from_slice(&part[row * width..(row + 1) * width]);
        }
    }
    data
}

/// Elements in a row up to which it takes longer to call for a copy than to make it.
const SHORT_ROW: usize = 8;

/// Rows of `W` elements, put into those columns of longer rows.
fn lay<T: Copy, const W: usize>(part: &[T], columns: Range<usize>, data: &mut [T], row: usize) {
    let (rows, _) = part.as_chunks::<W>();
    for (to, from) in data.chunks_exact_mut(row).zip(rows) {
        to[columns.clone()].copy_from_slice(from);
    }
}

/// The parts of a tensor along an axis: of the sizes given, or all of one size and a rest.
///
/// # Errors
/// Sizes that do not add up, or another number of parts than `count`.
pub fn split(x: &Tensor, by: &Tensor, at: &Tensor, count: usize) -> Result<Vec<Tensor>, ExecError> {
    let at = axis(scalar(at)?, x.rank())?;
    let size = x.shape[at];
    let by_sizes = sizes(by)?;
    let sections: Vec<usize> = match (by.rank(), by_sizes.as_slice()) {
        (0, [0]) => return Err(ExecError::operands("parts of size 0")),
        (0, [each]) => (0..size.div_ceil(*each).min(count + 1))
            .map(|part| (size - part * each).min(*each))
            .collect(),
        _ => by_sizes,
    };
    let sum = sections
        .iter()
        .try_fold(0_usize, |sum, part| sum.checked_add(*part));
    if sections.len() != count || sum != Some(size) {
        return Err(ExecError::operands(format!(
            "parts of {sections:?} of an axis of {size}, where {count} are wanted"
        )));
    }
    let steps: Vec<isize> = strides(&x.shape)
        .iter()
        .map(|step| *step as isize)
        .collect();
    let mut start = 0;
    let parts = sections.iter().map(|part| {
        let mut shape = x.shape.clone();
        shape[at] = *part;
        let offset = if shape.contains(&0) { 0 } else { start };
        start += part * steps[at].unsigned_abs();
        strided(x, shape, offset, &steps)
    });
    Ok(parts.collect())
}
