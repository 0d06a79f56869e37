//! Comparisons.

use super::meet::Meeting;
use crate::exec::ExecError;
use crate::exec::kernels::broadcast;
use crate::exec::tensor::{Elements, Tensor, is_wide};
use crate::model::DType;

/// A comparison of two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the comparison its name says")]
pub enum Comparison {
    Equal,
    NotEqual,
    Greater,
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
                Comparison::Greater if is_wide(x.dtype) => meet.pairs(a, b, |x, y| {
                    i64::from(x.cast_unsigned() > y.cast_unsigned())
                }),
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
