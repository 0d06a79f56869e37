//! The same elements under other sizes.

use crate::exec::ExecError;
use crate::exec::kernels::axes;
use crate::exec::tensor::{Shape, Tensor, elements};

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
        .ok_or_else(|| ExecError::operand("sizes", wanted.dtype, &wanted.shape))?;
    if sizes.iter().filter(|size| **size == -1).count() > 1 {
        return Err(ExecError::operand(
            "sizes of which one may be open",
            wanted.dtype,
            &wanted.shape,
        ));
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
