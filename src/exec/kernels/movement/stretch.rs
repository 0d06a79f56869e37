//! Elements repeated along axes.

use crate::exec::ExecError;
use crate::exec::kernels::broadcast::{self, Walk};
use crate::exec::kernels::{axes, picked, sizes, strides};
use crate::exec::tensor::{Elements, Shape, Tensor, elements};

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
