//! Operations on one operand.

use rayon::prelude::*;

use super::floats::PIECE;
use crate::exec::ExecError;
use crate::exec::tensor::{Elements, Tensor, round};
use crate::model::DType;

/// Elements from which on threads share them: some of these operations cost tens of instructions each.
const PARALLEL_MAP: usize = 1 << 13;

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

impl Unary {
    /// Applies the operation to every element; in place where nothing else holds the floats.
    ///
    /// # Errors
    /// An element type that the operation does not take.
    pub fn apply(self, mut x: Tensor) -> Result<Tensor, ExecError> {
        match &mut x.data {
            Elements::Float(data) => {
                // Copied where something else holds them.
                self.floats(data.own(), x.dtype)?;
                Ok(x)
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

    fn floats(self, x: &mut [f32], dtype: DType) -> Result<(), ExecError> {
        let mut map = Mapped { x, dtype };
        match self {
            Unary::Abs => map.by(f32::abs),
            Unary::Acos => map.by(f32::acos),
            Unary::Acosh => map.by(|value| f64::from(value).acosh() as f32),
            Unary::Asin => map.by(f32::asin),
            Unary::Asinh => map.by(|value| f64::from(value).asinh() as f32),
            Unary::Atan => map.by(f32::atan),
            Unary::Atanh => map.by(f32::atanh),
            Unary::Cos => map.by(f32::cos),
            Unary::Cosh => map.by(f32::cosh),
            Unary::Erf => map.by(libm::erff),
            Unary::Exp => map.by(f32::exp),
            Unary::Log => map.by(f32::ln),
            Unary::Relu => map.by(|value| if value < 0.0 { 0.0 } else { value }),
            Unary::Round => map.by(f32::round_ties_even),
            Unary::Rsqrt => map.by(|value| 1.0 / value.sqrt()),
            Unary::Sigmoid => map.by(sigmoid),
            Unary::Silu => map.by(|value| value * sigmoid(value)),
            Unary::Sin => map.by(f32::sin),
            Unary::Sinh => map.by(f32::sinh),
            Unary::Sqrt => map.by(f32::sqrt),
            Unary::Tan => map.by(f32::tan),
            Unary::Tanh => map.by(f32::tanh),
            Unary::Gelu(Gelu::Exact) => {
                map.by(|value| value * 0.5 * libm::erfcf(-value * std::f32::consts::FRAC_1_SQRT_2))
            }
            Unary::Gelu(Gelu::Tanh) => map.by(|value| {
                // sqrt(2 / pi), and the factor of the cubic term in the paper (arXiv 1606.08415).
                const SCALE: f32 = 0.797_884_6;
                let cubic = value + 0.044_715 * value * value * value;
                0.5 * value * (1.0 + (SCALE * cubic).tanh())
            }),
            Unary::Gelu(Gelu::Sigmoid) => map.by(|value| value * sigmoid(1.702 * value)),
            Unary::Not => return Err(ExecError::operands("`not` takes truth values")),
        }
        Ok(())
    }
}

/// Elements to be mapped to others of a type, in place.
struct Mapped<'x> {
    x: &'x mut [f32],
    dtype: DType,
}

impl Mapped<'_> {
    fn by(&mut self, one: impl Fn(f32) -> f32 + Sync) {
        let piece = |x: &mut [f32]| {
            for x in x.iter_mut() {
                *x = one(*x);
            }
            round(self.dtype, x);
        };
        if self.x.len() < PARALLEL_MAP {
            piece(self.x);
        } else {
            self.x.par_chunks_mut(PIECE).for_each(piece);
        }
    }
}

fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}
