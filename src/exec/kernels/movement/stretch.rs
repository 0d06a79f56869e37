//! Elements repeated along axes.

use crate::exec::kernels::broadcast::{self, Walk};
use crate::exec::kernels::{axes, copy, picked, sizes, strides};
use crate::exec::tensor::{Elements, Shape, Tensor, elements};
use crate::exec::{Buffer, ExecError};

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
        Elements::Float(data) => {
            let mut out = Buffer::unwritten(count);
            repeat(&walk, data, &mut out);
            Tensor::held(x.dtype, shape, out)
        }
        Elements::Int(data) => {
            let mut out = vec![0; count];
            repeat(&walk, data, &mut out);
            Tensor::ints(x.dtype, shape, out)
        }
    })
}

fn repeat<T: Copy + Send + Sync>(walk: &Walk<1>, data: &[T], out: &mut [T]) {
    let mut done = 0;
    walk.runs(|[at]| {
        let part = &mut out[done..done + walk.run];
        if walk.moves[0] {
            copy(part, &data[at..at + walk.run]);
        } else {
            part.fill(data[at]);
        }
        done += walk.run;
    });
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
