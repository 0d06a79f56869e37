//! Operations on sizes and positions.

use crate::exec::ExecError;
use crate::exec::tensor::{Elements, Tensor, elements};
use crate::model::DType;

use super::{broadcast, sizes};

/// The sizes of a value, as `uint32`.
pub fn get_shape(shape: &[usize]) -> Tensor {
    // No axis is longer than the limit of elements, which fits.
    let data = shape.iter().map(|size| *size as i64).collect();
    Tensor::ints(DType::UInt32, vec![shape.len()], data)
}

/// The sizes that two tensors of sizes can be stretched to.
///
/// # Errors
/// Sizes that do not go together.
pub fn broadcast_shapes(x: &Tensor, y: &Tensor) -> Result<Tensor, ExecError> {
    let shape = broadcast::shape(&sizes(x)?, &sizes(y)?)?;
    let data: Vec<i64> = shape.iter().map(|size| *size as i64).collect();
    Ok(Tensor::ints(x.dtype, vec![data.len()], data))
}

/// Evenly spaced values from `start` up to and without `stop`.
///
/// # Errors
/// A step of zero, or too many values.
pub fn range(start: &Tensor, stop: &Tensor, step: &Tensor) -> Result<Tensor, ExecError> {
    let too_many = || ExecError::operands("a range of this step has no end");
    if let (Elements::Int(a), Elements::Int(b), Elements::Int(by)) =
        (&start.data, &stop.data, &step.data)
    {
        let ([start_at], [stop_at], [by]) = (a.as_slice(), b.as_slice(), by.as_slice()) else {
            return Err(ExecError::operand(
                "one number is",
                start.dtype,
                &start.shape,
            ));
        };
        let span = i128::from(*stop_at) - i128::from(*start_at);
        let by_wide = i128::from(*by);
        if by_wide == 0 {
            return Err(too_many());
        }
        let count = if (span > 0) == (by_wide > 0) {
            span.unsigned_abs().div_ceil(by_wide.unsigned_abs())
        } else {
            0
        };
        let count = elements(&[usize::try_from(count).unwrap_or(usize::MAX)])?;
        let data = (0..count as i64).map(|place| start_at.wrapping_add(by.wrapping_mul(place)));
        return Ok(Tensor::ints(start.dtype, vec![count], data.collect()));
    }
    let ([start_at], [stop_at], [by]) = (start.as_floats()?, stop.as_floats()?, step.as_floats()?)
    else {
        return Err(ExecError::operand(
            "one number is",
            start.dtype,
            &start.shape,
        ));
    };
    let count = (f64::from(*stop_at) - f64::from(*start_at)) / f64::from(*by);
    if !count.is_finite() {
        return Err(too_many());
    }
    // A negative number of values becomes none.
    let count = elements(&[count.ceil() as usize])?;
    let data = (0..count)
        .map(|place| start_at + by * place as f32)
        .collect();
    Ok(Tensor::floats(start.dtype, vec![count], data))
}
