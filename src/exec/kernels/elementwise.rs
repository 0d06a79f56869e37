//! Operations on elements that meet.

use crate::exec::tensor::{Class, Elements, Tensor, class, elements, int_bits, wrap};
use crate::exec::{ExecError, simd};
use crate::model::DType;

use super::broadcast::{self, Walk};

/// An operation on one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the operation its name says")]
pub enum Unary {
    Abs,
    Acos,
    Acosh,
    Asin,
    Asinh,
    Atan,
    Atanh,
    Cos,
    Cosh,
    Erf,
    Exp,
    Log,
    Not,
    Relu,
    Round,
    Rsqrt,
    Sigmoid,
    Silu,
    Sin,
    Sinh,
    Sqrt,
    Tan,
    Tanh,
    Gelu(Gelu),
}

/// How `gelu` approximates the normal distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gelu {
    /// It does not: by `erf`.
    Exact,
    /// By `tanh`.
    Tanh,
    /// By a sigmoid.
    Sigmoid,
}

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

/// A comparison of two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the comparison its name says")]
pub enum Comparison {
    Equal,
    NotEqual,
    Greater,
}

impl Unary {
    /// Applies the operation to every element.
    ///
    /// # Errors
    /// An element type that the operation does not take.
    pub fn apply(self, x: &Tensor) -> Result<Tensor, ExecError> {
        match &x.data {
            Elements::Float(data) => {
                let data = self.floats(data)?;
                Ok(Tensor::floats(x.dtype, x.shape.clone(), data))
            }
            Elements::Int(data) => {
                let one: fn(i64) -> i64 = match self {
                    Unary::Abs => i64::wrapping_abs,
                    Unary::Relu => |value| value.max(0),
                    Unary::Round => |value| value,
                    Unary::Not if x.dtype == DType::Bool => |value| 1 - value,
                    _ => return Err(ExecError::operand("floats", x.dtype, &x.shape)),
                };
                let data = data.iter().map(|value| one(*value)).collect();
                Ok(Tensor::ints(x.dtype, x.shape.clone(), data))
            }
        }
    }

    fn floats(self, x: &[f32]) -> Result<Vec<f32>, ExecError> {
        Ok(match self {
            Unary::Abs => map(x, f32::abs),
            Unary::Acos => map(x, f32::acos),
            Unary::Acosh => map(x, f32::acosh),
            Unary::Asin => map(x, f32::asin),
            Unary::Asinh => map(x, f32::asinh),
            Unary::Atan => map(x, f32::atan),
            Unary::Atanh => map(x, f32::atanh),
            Unary::Cos => map(x, f32::cos),
            Unary::Cosh => map(x, f32::cosh),
            Unary::Erf => map(x, libm::erff),
            Unary::Exp => map(x, f32::exp),
            Unary::Log => map(x, f32::ln),
            Unary::Relu => map(x, |value| if value < 0.0 { 0.0 } else { value }),
            Unary::Round => map(x, f32::round_ties_even),
            Unary::Rsqrt => map(x, |value| 1.0 / value.sqrt()),
            Unary::Sigmoid => map(x, sigmoid),
            Unary::Silu => map(x, |value| value * sigmoid(value)),
            Unary::Sin => map(x, f32::sin),
            Unary::Sinh => map(x, f32::sinh),
            Unary::Sqrt => map(x, f32::sqrt),
            Unary::Tan => map(x, f32::tan),
            Unary::Tanh => map(x, f32::tanh),
            Unary::Gelu(Gelu::Exact) => map(x, |value| {
                value * 0.5 * (1.0 + libm::erff(value * std::f32::consts::FRAC_1_SQRT_2))
            }),
            Unary::Gelu(Gelu::Tanh) => map(x, |value| {
                // sqrt(2 / pi), and the factor of the cubic term in the paper (arXiv 1606.08415).
                const SCALE: f32 = 0.797_884_6;
                let cubic = value + 0.044_715 * value * value * value;
                0.5 * value * (1.0 + (SCALE * cubic).tanh())
            }),
            Unary::Gelu(Gelu::Sigmoid) => map(x, |value| value * sigmoid(1.702 * value)),
            Unary::Not => return Err(ExecError::operands("`not` takes truth values")),
        })
    }
}

fn map(x: &[f32], one: impl Fn(f32) -> f32) -> Vec<f32> {
    x.iter().map(|value| one(*value)).collect()
}

fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

impl Binary {
    /// Applies the operation where elements meet.
    ///
    /// # Errors
    /// Sizes or element types that do not go together.
    pub fn apply(self, x: &Tensor, y: &Tensor) -> Result<Tensor, ExecError> {
        let shape = broadcast::shape(&x.shape, &y.shape)?;
        match (&x.data, &y.data) {
            (Elements::Float(a), Elements::Float(b)) => {
                let meet = Meeting::new([&x.shape, &y.shape], &shape)?;
                let data = match self {
                    Binary::Add => meet.pairs(a, b, |x, y| x + y),
                    Binary::Sub => meet.pairs(a, b, |x, y| x - y),
                    Binary::Mul => meet.pairs(a, b, |x, y| x * y),
                    Binary::Divide => meet.pairs(a, b, |x, y| x / y),
                    Binary::FloorDivide => meet.pairs(a, b, |x, y| (x / y).floor()),
                    Binary::Modulo => meet.pairs(a, b, |x, y| x % y),
                    Binary::Pow => meet.pairs(a, b, f32::powf),
                    Binary::Maximum => meet.pairs(a, b, greater_of),
                    Binary::Minimum => meet.pairs(a, b, |x, y| -greater_of(-x, -y)),
                    Binary::And | Binary::Or | Binary::Xor => {
                        return Err(ExecError::operand("integers", x.dtype, &x.shape));
                    }
                };
                Ok(Tensor::floats(x.dtype, shape, data))
            }
            (Elements::Int(a), Elements::Int(b)) => {
                let meet = Meeting::new([&x.shape, &y.shape], &shape)?;
                let one = self.on_ints(x.dtype);
                let data = meet.pairs(a, b, one);
                Ok(Tensor::ints(x.dtype, shape, data))
            }
            _ => Err(ExecError::operands(format!(
                "operands of {} and {} do not go together",
                x.dtype, y.dtype
            ))),
        }
    }

    /// The operation on integers of a type. Division by zero gives zero, as no result is defined.
    fn on_ints(self, dtype: DType) -> fn(i64, i64) -> i64 {
        let is_bool = dtype == DType::Bool;
        let is_wide_unsigned = int_bits(dtype) == (64, false);
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
            Binary::Pow => int_power,
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

/// Wraps; a negative exponent truncates what it gives.
fn int_power(base: i64, exponent: i64) -> i64 {
    match (base, u32::try_from(exponent)) {
        (_, Ok(exponent)) => base.wrapping_pow(exponent),
        (1, Err(_)) => 1,
        (-1, Err(_)) => 1 - 2 * (exponent & 1),
        _ => 0,
    }
}

impl Comparison {
    /// Compares elements where they meet.
    ///
    /// # Errors
    /// Sizes or element types that do not go together.
    pub fn apply(self, x: &Tensor, y: &Tensor) -> Result<Tensor, ExecError> {
        let shape = broadcast::shape(&x.shape, &y.shape)?;
        let meet = Meeting::new([&x.shape, &y.shape], &shape)?;
        let data = match (&x.data, &y.data) {
            (Elements::Float(a), Elements::Float(b)) => match self {
                Comparison::Equal => meet.pairs(a, b, |x, y| i64::from(x == y)),
                Comparison::NotEqual => meet.pairs(a, b, |x, y| i64::from(x != y)),
                Comparison::Greater => meet.pairs(a, b, |x, y| i64::from(x > y)),
            },
            (Elements::Int(a), Elements::Int(b)) => match self {
                Comparison::Equal => meet.pairs(a, b, |x, y| i64::from(x == y)),
                Comparison::NotEqual => meet.pairs(a, b, |x, y| i64::from(x != y)),
                Comparison::Greater if int_bits(x.dtype) == (64, false) => {
                    meet.pairs(a, b, |x, y| {
                        i64::from(x.cast_unsigned() > y.cast_unsigned())
                    })
                }
                Comparison::Greater => meet.pairs(a, b, |x, y| i64::from(x > y)),
            },
            _ => {
                return Err(ExecError::operands(format!(
                    "operands of {} and {} do not go together",
                    x.dtype, y.dtype
                )));
            }
        };
        Ok(Tensor::ints(DType::Bool, shape, data))
    }
}

/// `x` where the condition holds, else `y`.
///
/// # Errors
/// Sizes or element types that do not go together.
pub fn select(condition: &Tensor, x: &Tensor, y: &Tensor) -> Result<Tensor, ExecError> {
    let shape = broadcast::shape(&condition.shape, &broadcast::shape(&x.shape, &y.shape)?)?;
    let walk = Walk::new([&condition.shape, &x.shape, &y.shape], &shape)?;
    let holds = condition.as_ints()?;
    match (&x.data, &y.data) {
        (Elements::Float(a), Elements::Float(b)) => {
            let data = selected(&walk, elements(&shape)?, holds, a, b);
            Ok(Tensor::exact(x.dtype, shape, data))
        }
        (Elements::Int(a), Elements::Int(b)) => {
            let data = selected(&walk, elements(&shape)?, holds, a, b);
            Ok(Tensor::ints(x.dtype, shape, data))
        }
        _ => Err(ExecError::operands(format!(
            "operands of {} and {} do not go together",
            x.dtype, y.dtype
        ))),
    }
}

fn selected<T: Copy>(walk: &Walk<3>, count: usize, holds: &[i64], x: &[T], y: &[T]) -> Vec<T> {
    let mut data = Vec::with_capacity(count);
    let step = walk.moves.map(usize::from);
    walk.runs(|at| {
        data.extend((0..walk.run).map(|place| {
            if holds[at[0] + place * step[0]] != 0 {
                x[at[1] + place * step[1]]
            } else {
                y[at[2] + place * step[2]]
            }
        }));
    });
    data
}

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

/// Two operands that meet in a result.
struct Meeting {
    walk: Walk<2>,
    count: usize,
}

impl Meeting {
    fn new(shapes: [&[usize]; 2], whole: &[usize]) -> Result<Meeting, ExecError> {
        Ok(Meeting {
            walk: Walk::new(shapes, whole)?,
            count: elements(whole)?,
        })
    }

    #[inline]
    fn pairs<T: Copy, R>(&self, x: &[T], y: &[T], one: impl Fn(T, T) -> R) -> Vec<R> {
        let run = self.walk.run;
        let mut data = Vec::with_capacity(self.count);
        simd::dispatch(
            #[inline(always)]
            || {
                self.walk.runs(|[a, b]| match self.walk.moves {
                    [true, true] => {
                        let pairs = x[a..a + run].iter().zip(&y[b..b + run]);
                        data.extend(pairs.map(|(x, y)| one(*x, *y)));
                    }
                    [true, false] => {
                        let y = y[b];
                        data.extend(x[a..a + run].iter().map(|x| one(*x, y)));
                    }
                    [false, true] => {
                        let x = x[a];
                        data.extend(y[b..b + run].iter().map(|y| one(x, *y)));
                    }
                    [false, false] => data.extend((0..run).map(|_| one(x[a], y[b]))),
                });
            },
        );
        data
    }
}

/// What is left of a value in a type of integers: `value` beyond its range is at its end.
pub(super) fn clamped(dtype: DType, value: f32) -> i64 {
    let (least, greatest) = crate::exec::tensor::int_range(dtype);
    wrap(dtype, (value as i64).clamp(least, greatest))
}
