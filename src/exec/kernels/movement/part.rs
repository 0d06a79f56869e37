//! A part of a tensor, taken or replaced.

use std::ops::Range;
use std::sync::Arc;

use super::order::{strided, visit};
use crate::exec::ExecError;
use crate::exec::kernels::{copy, strides};
use crate::exec::tensor::{Elements, Shape, Tensor};

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

    /// Where the elements lie, if they do so one after the other.
    fn run(&self) -> Option<Range<usize>> {
        let apart = strides(&self.shape);
        let mut axes = self.shape.iter().zip(&self.steps).zip(apart);
        let count: usize = self.shape.iter().product();
        axes.all(|((size, step), apart)| *size == 1 || *step == apart as isize)
            .then(|| self.start..self.start + count)
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

/// The same; where the elements lie one after the other, in the memory of the tensor.
///
/// # Errors
/// As [`slice()`].
pub fn shared_slice(
    x: &Tensor,
    start: &Tensor,
    end: &Tensor,
    step: &Tensor,
) -> Result<Tensor, ExecError> {
    let part = Part::new(x, start, end, step)?;
    match (&x.data, part.run()) {
        (Elements::Float(data), Some(run)) => Ok(Tensor {
            dtype: x.dtype,
            data: Elements::Float(data.part(run)),
            shape: part.shape,
        }),
        _ => Ok(strided(x, part.shape, part.start, &part.steps)),
    }
}

/// The tensor with a part of it replaced; in place where nobody else holds its elements.
///
/// # Errors
/// As [`slice()`]; an update of other sizes or another type.
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
        (Elements::Float(to), Elements::Float(from)) => put(to.own(), &part, from),
        (Elements::Int(to), Elements::Int(from)) => {
            put(Arc::make_mut(to).as_mut_slice(), &part, from)
        }
        _ => {
            return Err(ExecError::operand(
                "elements of the same kind are",
                update.dtype,
                &update.shape,
            ));
        }
    }
    Ok(x)
}

fn put<T: Copy + Send + Sync>(to: &mut [T], part: &Part, from: &[T]) {
    let mut taken = 0;
    visit(&part.shape, part.start, &part.steps, |at, run, step| {
        let from = &from[taken..taken + run];
        if step == 1 {
            copy(&mut to[at..at + run], from);
        } else {
            for (place, value) in from.iter().enumerate() {
                to[at.wrapping_add_signed(step * place as isize)] = *value;
            }
        }
        taken += run;
    });
}
