//! Elements in another type.

use crate::exec::ExecError;
use crate::exec::tensor::{Class, Elements, Tensor, class, int_range, is_wide};
use crate::model::DType;

/// Converts every element to a type. Integers beyond the range of a type of integers are at its end, NaN is 0.
///
/// # Errors
/// A type that cannot be executed.
pub fn cast(x: &Tensor, dtype: DType) -> Result<Tensor, ExecError> {
    if dtype == x.dtype {
        return Ok(x.clone());
    }
    let shape = x.shape.clone();
    let is_wide_unsigned = is_wide(x.dtype);
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
            let data = data.iter().map(|value| clamped(dtype, *value)).collect();
            Ok(Tensor::ints(dtype, shape, data))
        }
        (Elements::Int(data), Some(Class::Int)) if dtype == DType::Bool => {
            let data = data.iter().map(|value| i64::from(*value != 0)).collect();
            Ok(Tensor::ints(dtype, shape, data))
        }
        (Elements::Int(data), Some(Class::Int)) => {
            let one = |value: &i64| match *value < 0 && is_wide_unsigned {
                true if is_wide(dtype) => *value,
                true => int_range(dtype).1,
                false => {
                    let (least, greatest) = int_range(dtype);
                    (*value).clamp(least, greatest)
                }
            };
            Ok(Tensor::ints(dtype, shape, data.iter().map(one).collect()))
        }
        (Elements::Int(data), Some(Class::Float)) if is_wide_unsigned => {
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
    if is_wide(dtype) {
        return (value as u64).cast_signed();
    }
    let (least, greatest) = int_range(dtype);
    (value as i64).clamp(least, greatest)
}
