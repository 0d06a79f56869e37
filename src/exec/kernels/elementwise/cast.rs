//! Elements in another type.

use crate::exec::ExecError;
use crate::exec::tensor::{Class, Elements, Tensor, class, int_bits, int_range, wrap};
use crate::model::DType;

/// Converts every element to a type.
///
/// # Errors
/// A type that cannot be executed.
pub fn cast(x: &Tensor, dtype: DType) -> Result<Tensor, ExecError> {
    if dtype == x.dtype {
        return Ok(x.clone());
    }
    let shape = x.shape.clone();
    let is_wide_unsigned = int_bits(x.dtype) == (64, false);
    match (&x.data, class(dtype)) {
        // A wider type holds every value of a narrower one as it is.
        (Elements::Float(_), Some(Class::Float)) if dtype == DType::Float32 => Ok(Tensor {
            dtype,
            shape,
            data: x.data.clone(),
        }),
        (Elements::Float(data), Some(Class::Float)) => {
            Ok(Tensor::floats(dtype, shape, data.to_vec()))
        }
        (Elements::Float(data), Some(Class::Int)) if dtype == DType::Bool => {
            let data = data.iter().map(|value| i64::from(*value != 0.0)).collect();
            Ok(Tensor::ints(dtype, shape, data))
        }
        (Elements::Float(data), Some(Class::Int)) => {
            let data = data.iter().map(|value| *value as i64).collect();
            Ok(Tensor::ints(dtype, shape, data))
        }
        (Elements::Int(data), Some(Class::Int)) if dtype == DType::Bool => {
            let data = data.iter().map(|value| i64::from(*value != 0)).collect();
            Ok(Tensor::ints(dtype, shape, data))
        }
        (Elements::Int(data), Some(Class::Int)) => Ok(Tensor::ints(dtype, shape, data.to_vec())),
        (Elements::Int(data), Some(Class::Float))
            if x.dtype == DType::UInt64 && is_wide_unsigned =>
        {
            let data = data
                .iter()
                .map(|value| value.cast_unsigned() as f32)
                .collect();
            Ok(Tensor::floats(dtype, shape, data))
        }
        (Elements::Int(data), Some(Class::Float)) => {
            let data = data.iter().map(|value| *value as f32).collect();
            Ok(Tensor::floats(dtype, shape, data))
        }
        (_, None) => Err(ExecError::Type { dtype }),
    }
}

/// What is left of a value in a type of integers: `value` beyond its range is at its end.
pub(in crate::exec::kernels) fn clamped(dtype: DType, value: f32) -> i64 {
    let (least, greatest) = int_range(dtype);
    wrap(dtype, (value as i64).clamp(least, greatest))
}
