//! Operations that find elements by their position.

use std::sync::Arc;

use crate::exec::ExecError;
use crate::exec::tensor;
use crate::exec::tensor::{Elements, Tensor, elements, wrap};

use super::{axis, picked, scalar, strides};

/// A position on an axis of `size`, counted from the end where it is negative.
///
/// # Errors
/// A position beyond the axis.
pub fn wrapped(position: i64, size: usize) -> Result<usize, ExecError> {
    let size_signed = i64::try_from(size).unwrap_or(i64::MAX);
    let wrapped = if position < 0 {
        position.saturating_add(size_signed)
    } else {
        position
    };
    usize::try_from(wrapped)
        .ok()
        .filter(|at| *at < size)
        .ok_or_else(|| ExecError::operands(format!("position {position} of {size}")))
}

/// The parts of `x` at positions along its first axes, a row of `positions` each.
///
/// # Errors
/// More positions than axes, or one beyond its axis.
pub fn gather_nd(x: &Tensor, positions: &Tensor) -> Result<Tensor, ExecError> {
    let (starts, inner) = starts(x, positions)?;
    let each: usize = inner.iter().product();
    let outer = &positions.shape[..positions.rank() - 1];
    let shape = [outer, inner].concat();
    elements(&shape)?;
    let all = starts.into_iter().flat_map(|start| start..start + each);
    Ok(picked(x, shape, all))
}

/// Where each part starts that a row of positions names, and the sizes of a part.
fn starts<'x>(x: &'x Tensor, positions: &Tensor) -> Result<(Vec<usize>, &'x [usize]), ExecError> {
    let Some(depth) = positions
        .shape
        .last()
        .copied()
        .filter(|depth| *depth <= x.rank())
    else {
        return Err(ExecError::shapes(&x.shape, &positions.shape));
    };
    let outer: usize = positions.shape[..positions.rank() - 1].iter().product();
    let steps = strides(&x.shape);
    let ints = positions.as_ints()?;
    let start = |row: usize| {
        let row = &ints[row * depth..(row + 1) * depth];
        row.iter().enumerate().try_fold(0, |sum, (axis, position)| {
            Ok(sum + wrapped(*position, x.shape[axis])? * steps[axis])
        })
    };
    let starts = (0..outer).map(start).collect::<Result<_, ExecError>>()?;
    Ok((starts, &x.shape[depth..]))
}

/// For each element of `positions`, where in `x` the element is that it names along an axis.
fn along(x: &Tensor, positions: &Tensor, at: usize) -> Result<Vec<usize>, ExecError> {
    let fits = x.rank() == positions.rank()
        && (0..x.rank()).all(|axis| axis == at || x.shape[axis] == positions.shape[axis]);
    if !fits {
        return Err(ExecError::shapes(&x.shape, &positions.shape));
    }
    let inner: usize = x.shape[at + 1..].iter().product();
    let block = positions.shape[at] * inner;
    let ints = positions.as_ints()?;
    let place = |(number, position): (usize, &i64)| {
        let (outer, within) = (number / block, number % inner);
        Ok((outer * x.shape[at] + wrapped(*position, x.shape[at])?) * inner + within)
    };
    ints.iter().enumerate().map(place).collect()
}

/// The elements of `x` at positions along an axis.
///
/// # Errors
/// Sizes that do not go together, or a position beyond the axis.
pub fn gather_along_axis(x: &Tensor, positions: &Tensor, at: &Tensor) -> Result<Tensor, ExecError> {
    let at = axis(scalar(at)?, x.rank())?;
    let places = along(x, positions, at)?;
    Ok(picked(x, positions.shape.clone(), places.into_iter()))
}

/// What becomes of an element that another is put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the operation its name says")]
pub enum Scatter {
    Update,
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Min,
}

impl Scatter {
    fn floats(self, old: f32, new: f32) -> f32 {
        match self {
            Scatter::Update => new,
            Scatter::Add => old + new,
            Scatter::Sub => old - new,
            Scatter::Mul => old * new,
            Scatter::Div => old / new,
            Scatter::Max => old.max(new),
            Scatter::Min => old.min(new),
        }
    }

    fn ints(self, old: i64, new: i64) -> i64 {
        match self {
            Scatter::Update => new,
            Scatter::Add => old.wrapping_add(new),
            Scatter::Sub => old.wrapping_sub(new),
            Scatter::Mul => old.wrapping_mul(new),
            Scatter::Div => old.checked_div(new).unwrap_or(0),
            Scatter::Max => old.max(new),
            Scatter::Min => old.min(new),
        }
    }

    fn put(self, mut x: Tensor, places: &[usize], updates: &Tensor) -> Result<Tensor, ExecError> {
        match (&mut x.data, &updates.data) {
            (Elements::Float(to), Elements::Float(from)) => {
                let to = to.own();
                for (place, value) in places.iter().zip(from.iter()) {
                    let mut one = [self.floats(to[*place], *value)];
                    tensor::round(x.dtype, &mut one);
                    to[*place] = one[0];
                }
            }
            (Elements::Int(to), Elements::Int(from)) => {
                let to = Arc::make_mut(to);
                for (place, value) in places.iter().zip(from.iter()) {
                    to[*place] = wrap(x.dtype, self.ints(to[*place], *value));
                }
            }
            _ => {
                return Err(ExecError::operand(
                    "elements of the same kind are",
                    updates.dtype,
                    &updates.shape,
                ));
            }
        }
        Ok(x)
    }
}

/// `x` with elements put on it at positions along an axis.
///
/// # Errors
/// As [`gather_along_axis`]; updates of other sizes.
pub fn scatter_along_axis(
    x: Tensor,
    positions: &Tensor,
    updates: &Tensor,
    at: &Tensor,
    mode: Scatter,
) -> Result<Tensor, ExecError> {
    let at = axis(scalar(at)?, x.rank())?;
    if positions.shape != updates.shape {
        return Err(ExecError::shapes(&positions.shape, &updates.shape));
    }
    let places = along(&x, positions, at)?;
    mode.put(x, &places, updates)
}

/// `x` with parts put on it at positions along its first axes.
///
/// # Errors
/// As [`gather_nd`]; updates of other sizes.
pub fn scatter_nd(
    x: Tensor,
    positions: &Tensor,
    updates: &Tensor,
    mode: Scatter,
) -> Result<Tensor, ExecError> {
    let (starts, inner) = starts(&x, positions)?;
    let each: usize = inner.iter().product();
    let wanted = [&positions.shape[..positions.rank() - 1], inner].concat();
    if wanted != updates.shape {
        return Err(ExecError::shapes(&wanted, &updates.shape));
    }
    let places: Vec<_> = starts
        .into_iter()
        .flat_map(|start| start..start + each)
        .collect();
    mode.put(x, &places, updates)
}
