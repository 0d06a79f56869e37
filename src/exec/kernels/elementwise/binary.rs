//! Operations on two operands.

use super::floats;
use super::meet::Meeting;
use crate::exec::ExecError;
use crate::exec::kernels::broadcast;
use crate::exec::tensor::{Elements, Tensor, is_wide};
use crate::model::DType;

/// An operation on two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the operation its name says")]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Divide,
    FloorDivide,
    Modulo,
    Pow,
    Maximum,
    Minimum,
    And,
    Or,
    Xor,
}

impl Binary {
    /// Applies the operation where elements meet; in place where nothing else holds the floats of one operand.
    ///
    /// # Errors
    /// Sizes or element types that do not go together.
    pub fn apply(self, x: Tensor, y: Tensor) -> Result<Tensor, ExecError> {
        match (&x.data, &y.data) {
            (Elements::Float(_), Elements::Float(by)) => {
                let squares = by[..] == [2.0];
                match self {
                    Binary::Add => floats::met(x, y, |x, y| x + y),
                    Binary::Sub => floats::met(x, y, |x, y| x - y),
                    Binary::Mul => floats::met(x, y, |x, y| x * y),
                    Binary::Divide => floats::met(x, y, |x, y| x / y),
                    Binary::FloorDivide => floats::met(x, y, floor_quotient),
                    Binary::Modulo => floats::met(x, y, |x, y| x % y),
                    // What most models ask for; the library's power takes tens of times as long.
                    Binary::Pow if squares => floats::met(x, y, |x, _| x * x),
                    Binary::Pow => floats::met(x, y, f32::powf),
                    Binary::Maximum => floats::met(x, y, greater_of),
                    Binary::Minimum => floats::met(x, y, |x, y| -greater_of(-x, -y)),
                    Binary::And | Binary::Or | Binary::Xor => {
                        Err(ExecError::operand("integers", x.dtype, &x.shape))
                    }
                }
            }
            (Elements::Int(a), Elements::Int(b)) => {
                let shape = broadcast::shape(&x.shape, &y.shape)?;
                let meet = Meeting::new([&x.shape, &y.shape], &shape)?;
                let data = meet.pairs(a, b, self.on_ints(x.dtype));
                Ok(Tensor::ints(x.dtype, shape, data))
            }
            _ => Err(ExecError::operands(format!(
                "operands of {} and {} do not go together",
                x.dtype, y.dtype
            ))),
        }
    }

    /// The operation on integers of a type. Division by zero gives zero, as no result is defined; a negative power is zero.
    fn on_ints(self, dtype: DType) -> fn(i64, i64) -> i64 {
        let is_bool = dtype == DType::Bool;
        let is_wide_unsigned = is_wide(dtype);
        match self {
            Binary::Add | Binary::Or if is_bool => |x, y| x | y,
            Binary::Mul | Binary::And if is_bool => |x, y| x & y,
            Binary::Add => i64::wrapping_add,
            Binary::Sub => i64::wrapping_sub,
            Binary::Mul => i64::wrapping_mul,
            Binary::Divide | Binary::FloorDivide if is_wide_unsigned => |x, y| {
                x.cast_unsigned()
                    .checked_div(y.cast_unsigned())
                    .unwrap_or(0)
                    .cast_signed()
            },
            Binary::Modulo if is_wide_unsigned => |x, y| {
                x.cast_unsigned()
                    .checked_rem(y.cast_unsigned())
                    .unwrap_or(0)
                    .cast_signed()
            },
            Binary::Divide => |x, y| if y == 0 { 0 } else { x.wrapping_div(y) },
            Binary::FloorDivide => |x, y| match y {
                0 => 0,
                _ => {
                    let quotient = x.wrapping_div(y);
                    let is_inexact = x.wrapping_rem(y) != 0;
                    quotient - i64::from(is_inexact && (x < 0) != (y < 0))
                }
            },
            Binary::Modulo => |x, y| if y == 0 { 0 } else { x.wrapping_rem(y) },
            Binary::Pow if is_wide_unsigned => |x, y| power(x, y.cast_unsigned()),
            Binary::Pow => |x, y| u64::try_from(y).map_or(0, |y| power(x, y)),
            Binary::Maximum if is_wide_unsigned => {
                |x, y| x.cast_unsigned().max(y.cast_unsigned()).cast_signed()
            }
            Binary::Minimum if is_wide_unsigned => {
                |x, y| x.cast_unsigned().min(y.cast_unsigned()).cast_signed()
            }
            Binary::Maximum => i64::max,
            Binary::Minimum => i64::min,
            Binary::And => |x, y| x & y,
            Binary::Or => |x, y| x | y,
            Binary::Xor => |x, y| x ^ y,
        }
    }
}

/// The greater of two, or NaN if either is.
fn greater_of(x: f32, y: f32) -> f32 {
    if x.is_nan() || y.is_nan() {
        f32::NAN
    } else if x > y || (x == y && x.is_sign_positive()) {
        x
    } else {
        y
    }
}

/// What is infinite has no whole quotient, except by zero.
fn floor_quotient(x: f32, y: f32) -> f32 {
    if x.is_infinite() && y != 0.0 {
        f32::NAN
    } else {
        (x / y).floor()
    }
}

/// Wraps, whatever the exponent.
fn power(mut base: i64, mut exponent: u64) -> i64 {
    let mut result = 1_i64;
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent /= 2;
    }
    result
}
