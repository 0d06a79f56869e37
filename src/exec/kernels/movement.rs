//! Operations that put elements elsewhere and compute nothing.

use std::sync::Arc;

use crate::exec::ExecError;
use crate::exec::tensor::{Elements, Shape, Tensor, elements};

use super::broadcast::{self, Walk};
use super::{axes, axis, picked, scalar, sizes, strides};

/// The sizes that `reshape` gives a value; a size of -1 is what is left.
///
/// # Errors
/// Sizes of another number of elements.
pub fn reshaped(shape: &[usize], wanted: &Tensor) -> Result<Shape, ExecError> {
    let count = elements(shape)?;
    let sizes = wanted.as_ints()?;
    let known = sizes
        .iter()
        .filter(|size| **size != -1)
        .try_fold(1_usize, |product, size| {
            product.checked_mul(usize::try_from(*size).ok()?)
        })
        .ok_or_else(|| ExecError::operand("sizes", wanted))?;
    if sizes.iter().filter(|size| **size == -1).count() > 1 {
        return Err(ExecError::operand("sizes of which one may be open", wanted));
    }
    let left = count.checked_div(known).unwrap_or(0);
    let size = |size: &i64| usize::try_from(*size).unwrap_or(left);
    Ok(sizes.iter().map(size).collect())
}

/// The sizes with axes of size 1 put in.
///
/// # Errors
/// Axes beyond the new rank, or named twice.
pub fn expanded(shape: &[usize], at: &Tensor) -> Result<Shape, ExecError> {
    let mut at = axes(at, shape.len() + at.len())?;
    at.sort_unstable();
    let mut shape = shape.to_vec();
    for axis in at {
        shape.insert(axis, 1);
    }
    Ok(shape)
}

/// The sizes without some axes.
///
/// # Errors
/// Axes beyond the rank, or named twice.
pub fn shrunk(shape: &[usize], at: &Tensor) -> Result<Shape, ExecError> {
    let at = axes(at, shape.len())?;
    let kept = (0..shape.len()).filter(|axis| !at.contains(axis));
    Ok(kept.map(|axis| shape[axis]).collect())
}

/// The axes that a permutation names.
///
/// # Errors
/// No permutation of the axes.
pub fn order(permutation: &Tensor, rank: usize) -> Result<Vec<usize>, ExecError> {
    let order = axes(permutation, rank)?;
    if order.len() != rank {
        return Err(ExecError::operand("an order of all axes is", permutation));
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
        return Err(ExecError::operand("an order of all axes is", x));
    }
    let from = strides(&x.shape);
    let shape: Shape = order.iter().map(|axis| x.shape[*axis]).collect();
    // Moving axes of size 1 moves no element.
    let moving: Vec<_> = order.iter().filter(|axis| x.shape[**axis] != 1).collect();
    if moving.is_sorted() {
        return x.clone().reshaped(shape);
    }
    let steps: Vec<_> = order.iter().map(|axis| from[*axis]).collect();
    Ok(strided(
        x,
        shape,
        0,
        &steps.iter().map(|step| *step as isize).collect::<Vec<_>>(),
    ))
}

/// A tensor whose elements are `steps` apart in another, from `start` on; all of them must be inside.
fn strided(x: &Tensor, shape: Shape, start: usize, steps: &[isize]) -> Tensor {
    match &x.data {
        Elements::Float(data) => {
            let data = walk(data, &shape, start, steps);
            Tensor::exact(x.dtype, shape, data)
        }
        Elements::Int(data) => {
            let data = walk(data, &shape, start, steps);
            Tensor::ints(x.dtype, shape, data)
        }
    }
}

fn walk<T: Copy>(data: &[T], shape: &[usize], start: usize, steps: &[isize]) -> Vec<T> {
    let count: usize = shape.iter().product();
    let mut out = Vec::with_capacity(count);
    visit(shape, start, steps, |at, run, step| {
        if step == 1 {
            out.extend_from_slice(&data[at..at + run]);
        } else {
            out.extend((0..run).map(|place| data[at.wrapping_add_signed(step * place as isize)]));
        }
    });
    out
}

/// Calls `each` with the position, the length and the step of every innermost run, in order.
fn visit(
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

/// A part of a tensor: along each axis where it starts, how long it is, and the step.
struct Part {
    start: usize,
    shape: Shape,
    steps: Vec<isize>,
}

impl Part {
    /// Resolves bounds: a negative one is counted from the end once, then both are clamped.
    fn new(x: &Tensor, start: &Tensor, end: &Tensor, step: &Tensor) -> Result<Part, ExecError> {
        let (starts, ends, steps) = (start.as_ints()?, end.as_ints()?, step.as_ints()?);
        let rank = x.rank();
        if [starts.len(), ends.len(), steps.len()] != [rank; 3] {
            return Err(ExecError::operands(format!(
                "{} starts, {} ends and {} steps for {rank} axes",
                starts.len(),
                ends.len(),
                steps.len()
            )));
        }
        let mut part = Part {
            start: 0,
            shape: Vec::with_capacity(rank),
            steps: Vec::with_capacity(rank),
        };
        let from = strides(&x.shape);
        for axis in 0..rank {
            // No axis is longer than the limit of elements, which fits.
            let size = x.shape[axis] as i64;
            let step = steps[axis];
            let (least, greatest) = if step > 0 { (0, size) } else { (-1, size - 1) };
            let bound = |bound: i64, least: i64| {
                let wrapped = if bound < least {
                    bound.saturating_add(size)
                } else {
                    bound
                };
                wrapped.clamp(least, greatest.max(least))
            };
            let first = bound(starts[axis], 0);
            let last = bound(ends[axis], least);
            let count = match step {
                0 => return Err(ExecError::operands("a step of 0")),
                step if step > 0 => (last - first)
                    .max(0)
                    .unsigned_abs()
                    .div_ceil(step.unsigned_abs()),
                step => (first - last)
                    .max(0)
                    .unsigned_abs()
                    .div_ceil(step.unsigned_abs()),
            };
            part.start += first.unsigned_abs() as usize * from[axis];
            // At most the size of the axis.
            part.shape.push(count as usize);
            let step = if count > 1 { step as isize } else { 1 };
            part.steps.push(step * from[axis] as isize);
        }
        if part.shape.contains(&0) {
            part.start = 0;
        }
        Ok(part)
    }
}

/// The part of a tensor between bounds.
///
/// # Errors
/// Bounds for another number of axes, or a step of zero.
pub fn slice(x: &Tensor, start: &Tensor, end: &Tensor, step: &Tensor) -> Result<Tensor, ExecError> {
    let part = Part::new(x, start, end, step)?;
    if part.shape == x.shape && part.start == 0 {
        return Ok(x.clone());
    }
    Ok(strided(x, part.shape, part.start, &part.steps))
}

/// The tensor with a part of it replaced; in place where nobody else holds its elements.
///
/// # Errors
/// As [`slice`]; an update of other sizes or another type.
pub fn slice_update(
    mut x: Tensor,
    start: &Tensor,
    end: &Tensor,
    step: &Tensor,
    update: &Tensor,
) -> Result<Tensor, ExecError> {
    let part = Part::new(&x, start, end, step)?;
    if part.shape != update.shape {
        return Err(ExecError::shapes(&part.shape, &update.shape));
    }
    match (&mut x.data, &update.data) {
        (Elements::Float(to), Elements::Float(from)) => {
            put(Arc::make_mut(to).as_mut_slice(), &part, from)
        }
        (Elements::Int(to), Elements::Int(from)) => {
            put(Arc::make_mut(to).as_mut_slice(), &part, from)
        }
        _ => return Err(ExecError::operand("elements of the same kind are", update)),
    }
    Ok(x)
}

fn put<T: Copy>(to: &mut [T], part: &Part, from: &[T]) {
    let mut taken = 0;
    visit(&part.shape, part.start, &part.steps, |at, run, step| {
        let from = &from[taken..taken + run];
        if step == 1 {
            to[at..at + run].copy_from_slice(from);
        } else {
            for (place, value) in from.iter().enumerate() {
                to[at.wrapping_add_signed(step * place as isize)] = *value;
            }
        }
        taken += run;
    });
}

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

fn joined<T: Copy>(parts: &[&[T]], widths: &[usize], outer: usize, count: usize) -> Vec<T> {
    let mut data = Vec::with_capacity(count);
    for row in 0..outer {
        for (part, width) in parts.iter().zip(widths) {
            data.extend_from_slice(&part[row * width..(row + 1) * width]);
        }
    }
    data
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

/// The tensor stretched to sizes.
///
/// # Errors
/// Sizes it cannot be stretched to.
pub fn broadcast_to(x: &Tensor, wanted: &Tensor) -> Result<Tensor, ExecError> {
    stretched(x, sizes(wanted)?)
}

/// The tensor stretched along some axes of size 1.
///
/// # Errors
/// Axes of another size, or as many sizes as there are not axes.
pub fn broadcast_in_dims(x: &Tensor, wanted: &Tensor, at: &Tensor) -> Result<Tensor, ExecError> {
    let (wanted, at) = (sizes(wanted)?, axes(at, x.rank())?);
    if wanted.len() != at.len() {
        return Err(ExecError::shapes(&wanted, &at));
    }
    let mut shape = x.shape.clone();
    for (axis, size) in at.into_iter().zip(wanted) {
        shape[axis] = size;
    }
    stretched(x, shape)
}

fn stretched(x: &Tensor, shape: Shape) -> Result<Tensor, ExecError> {
    if shape == x.shape {
        return Ok(x.clone());
    }
    if broadcast::shape(&x.shape, &shape)? != shape {
        return Err(ExecError::shapes(&x.shape, &shape));
    }
    let walk = Walk::new([&x.shape], &shape)?;
    let count = elements(&shape)?;
    Ok(match &x.data {
        Elements::Float(data) => Tensor::exact(x.dtype, shape, repeated(&walk, data, count)),
        Elements::Int(data) => Tensor::ints(x.dtype, shape, repeated(&walk, data, count)),
    })
}

fn repeated<T: Copy>(walk: &Walk<1>, data: &[T], count: usize) -> Vec<T> {
    let mut out = Vec::with_capacity(count);
    walk.runs(|[at]| {
        if walk.moves[0] {
            out.extend_from_slice(&data[at..at + walk.run]);
        } else {
            out.extend(std::iter::repeat_n(data[at], walk.run));
        }
    });
    out
}

/// The tensor repeated along its last axes.
///
/// # Errors
/// More counts than axes, or too many elements.
pub fn tile(x: &Tensor, counts: &Tensor) -> Result<Tensor, ExecError> {
    let counts = sizes(counts)?;
    let Some(kept) = x.rank().checked_sub(counts.len()) else {
        return Err(ExecError::shapes(&x.shape, &counts));
    };
    let mut shape = x.shape.clone();
    for (size, count) in shape[kept..].iter_mut().zip(counts) {
        *size = size.saturating_mul(count);
    }
    let total = elements(&shape)?;
    let (to, from) = (strides(&shape), strides(&x.shape));
    let source = |at: usize| {
        let along = |axis: usize| at / to[axis] % shape[axis] % x.shape[axis] * from[axis];
        (0..shape.len()).map(along).sum()
    };
    let positions: Vec<usize> = (0..total).map(source).collect();
    Ok(picked(x, shape, positions.into_iter()))
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

/// What surrounds a tensor that is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// What comes at its other end.
    Circular,
    /// One value.
    Constant,
    /// Its mirror image without the element at the border.
    Reflect,
    /// The element at the border.
    Replicate,
    /// Its mirror image.
    Symmetric,
}

impl Padding {
    /// The position along an axis of `size` that one before or behind it stands for; `None` for the constant.
    fn source(self, place: i64, size: i64) -> Option<i64> {
        if (0..size).contains(&place) {
            return Some(place);
        }
        let inner = match self {
            Padding::Constant => return None,
            Padding::Circular => place.rem_euclid(size.max(1)),
            Padding::Replicate => place.clamp(0, size - 1),
            Padding::Reflect if place < 0 => -place,
            Padding::Reflect => 2 * size - 2 - place,
            Padding::Symmetric if place < 0 => -place - 1,
            Padding::Symmetric => 2 * size - 1 - place,
        };
        Some(inner)
    }
}

/// The tensor with values before and behind it along each axis.
///
/// # Errors
/// Widths for another number of axes, or wider than the mode can fill.
pub fn pad(
    x: &Tensor,
    widths: &Tensor,
    value: &Tensor,
    mode: Padding,
) -> Result<Tensor, ExecError> {
    let widths_given = sizes(widths)?;
    if widths_given.len() != 2 * x.rank() {
        return Err(ExecError::operand("two widths for each axis are", widths));
    }
    let mut shape = x.shape.clone();
    for (size, width) in shape.iter_mut().zip(widths_given.chunks_exact(2)) {
        *size = size.saturating_add(width[0]).saturating_add(width[1]);
    }
    let total = elements(&shape)?;
    let (to, from) = (strides(&shape), strides(&x.shape));
    // Where each position along each axis comes from.
    let mut sources: Vec<Vec<Option<usize>>> = Vec::with_capacity(x.rank());
    for (axis, size) in shape.iter().enumerate() {
        let inner = x.shape[axis] as i64;
        let before = widths_given[2 * axis] as i64;
        let along = (0..*size as i64).map(|place| match mode.source(place - before, inner) {
            None => Ok(None),
            Some(place) => usize::try_from(place)
                .ok()
                .filter(|place| *place < x.shape[axis])
                .map(Some)
                .ok_or_else(|| ExecError::operand("narrower widths are", widths)),
        });
        sources.push(along.collect::<Result<_, _>>()?);
    }
    let source = |at: usize| {
        (0..shape.len()).try_fold(0, |sum, axis| {
            let place = sources[axis][at / to[axis] % shape[axis]]?;
            Some(sum + place * from[axis])
        })
    };
    match (&x.data, &value.data) {
        (Elements::Float(data), Elements::Float(value)) => {
            let fill = value.first().copied().unwrap_or(0.0);
            let data = (0..total).map(|at| source(at).map_or(fill, |at| data[at]));
            Ok(Tensor::exact(x.dtype, shape.clone(), data.collect()))
        }
        (Elements::Int(data), Elements::Int(value)) => {
            let fill = value.first().copied().unwrap_or(0);
            let data = (0..total).map(|at| source(at).map_or(fill, |at| data[at]));
            Ok(Tensor::ints(x.dtype, shape.clone(), data.collect()))
        }
        _ => Err(ExecError::operand("a value of the same kind is", value)),
    }
}
