//! Values in memory, and how each element type rounds.

use std::sync::Arc;

use crate::model::DType;

use super::{Buffer, ExecError, Floats, limits, simd, small_float};

/// Sizes, outermost first.
pub type Shape = Vec<usize>;

/// A dense, row-major value.
///
/// Elements of every floating type are held as `f32` that the type can represent, those of every integer type and of
/// `bool` as `i64`. Cloning shares the elements.
#[derive(Debug, Clone)]
pub struct Tensor {
    /// Element type of the graph.
    pub dtype: DType,
    /// Sizes, outermost first; empty for a scalar.
    pub shape: Shape,
    /// The elements.
    pub data: Elements,
}

/// The elements of a [`Tensor`].
#[derive(Debug, Clone)]
pub enum Elements {
    /// Of `float16`, `bfloat16`, `float32` and the eight and four bit floats.
    Float(Floats),
    /// Of the integers and `bool`; those of `uint64` by their bits.
    Int(Arc<Vec<i64>>),
}

impl Tensor {
    /// A tensor of floats, each rounded to `dtype`.
    pub fn floats(dtype: DType, shape: Shape, mut data: Vec<f32>) -> Tensor {
        round(dtype, &mut data);
        Tensor::exact(dtype, shape, data)
    }

    /// A tensor of floats that `dtype` represents as they are.
    pub fn exact(dtype: DType, shape: Shape, data: Vec<f32>) -> Tensor {
        Tensor::held(dtype, shape, data.into())
    }

    /// Likewise, of elements that lie in a buffer.
    pub(super) fn held(dtype: DType, shape: Shape, data: Buffer) -> Tensor {
        debug_assert_eq!(data.len(), shape.iter().product::<usize>());
        let data = Elements::Float(data.into());
        Tensor { dtype, shape, data }
    }

    /// A tensor of integers, each wrapped to `dtype`.
    pub fn ints(dtype: DType, shape: Shape, mut data: Vec<i64>) -> Tensor {
        debug_assert_eq!(data.len(), shape.iter().product::<usize>());
        for value in &mut data {
            *value = wrap(dtype, *value);
        }
        let data = Elements::Int(Arc::new(data));
        Tensor { dtype, shape, data }
    }

    /// A tensor full of zeros.
    ///
    /// # Errors
    /// More elements than [`limits::TENSOR_ELEMENTS`], or a type that cannot be executed.
    pub fn zeros(dtype: DType, shape: Shape) -> Result<Tensor, ExecError> {
        let count = elements(&shape)?;
        match class(dtype) {
            Some(Class::Float) => Ok(Tensor::exact(dtype, shape, vec![0.0; count])),
            Some(Class::Int) => Ok(Tensor::ints(dtype, shape, vec![0; count])),
            None => Err(ExecError::Type { dtype }),
        }
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        match &self.data {
            Elements::Float(data) => data.len(),
            Elements::Int(data) => data.len(),
        }
    }

    /// True if it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many dimensions it has.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// Its floats.
    ///
    /// # Errors
    /// A tensor of integers.
    pub fn as_floats(&self) -> Result<&[f32], ExecError> {
        match &self.data {
            Elements::Float(data) => Ok(data),
            Elements::Int(_) => Err(ExecError::operand("floats", self.dtype, &self.shape)),
        }
    }

    /// Its integers.
    ///
    /// # Errors
    /// A tensor of floats.
    pub fn as_ints(&self) -> Result<&[i64], ExecError> {
        match &self.data {
            Elements::Int(data) => Ok(data),
            Elements::Float(_) => Err(ExecError::operand("integers", self.dtype, &self.shape)),
        }
    }

    /// The same elements under other sizes.
    ///
    /// # Errors
    /// Sizes of another number of elements.
    pub fn reshaped(mut self, shape: Shape) -> Result<Tensor, ExecError> {
        if elements(&shape)? != self.len() {
            return Err(ExecError::shapes(&self.shape, &shape));
        }
        self.shape = shape;
        Ok(self)
    }
}

/// How elements are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// As `f32`.
    Float,
    /// As `i64`.
    Int,
}

/// How elements of a type are held; `None` for a type that cannot be executed: complex numbers, and `float64`, whose
/// values an `f32` cannot hold.
pub fn class(dtype: DType) -> Option<Class> {
    match dtype {
        DType::Float16
        | DType::BFloat16
        | DType::Float32
        | DType::Float8E4M3FN
        | DType::Float8E5M2
        | DType::Float8E8M0FNU
        | DType::Float4E2M1FN => Some(Class::Float),
        DType::Bool
        | DType::Int2
        | DType::Int4
        | DType::Int8
        | DType::Int16
        | DType::Int32
        | DType::Int64
        | DType::UInt1
        | DType::UInt2
        | DType::UInt3
        | DType::UInt4
        | DType::UInt6
        | DType::UInt8
        | DType::UInt16
        | DType::UInt32
        | DType::UInt64 => Some(Class::Int),
        _ => None,
    }
}

/// Elements of a tensor of these sizes.
///
/// # Errors
/// More than [`limits::TENSOR_ELEMENTS`].
pub fn elements(shape: &[usize]) -> Result<usize, ExecError> {
    shape
        .iter()
        .try_fold(1_usize, |count, size| count.checked_mul(*size))
        .filter(|count| *count <= limits::TENSOR_ELEMENTS)
        .ok_or_else(|| ExecError::TooLarge {
            shape: shape.to_vec(),
        })
}

/// Bits of an integer type, and whether it is signed.
pub fn int_bits(dtype: DType) -> (u32, bool) {
    match dtype {
        DType::Int2 => (2, true),
        DType::Int4 => (4, true),
        DType::Int8 => (8, true),
        DType::Int16 => (16, true),
        DType::Int32 => (32, true),
        DType::UInt1 | DType::Bool => (1, false),
        DType::UInt2 => (2, false),
        DType::UInt3 => (3, false),
        DType::UInt4 => (4, false),
        DType::UInt6 => (6, false),
        DType::UInt8 => (8, false),
        DType::UInt16 => (16, false),
        DType::UInt32 => (32, false),
        DType::UInt64 => (64, false),
        _ => (64, true),
    }
}

/// True of `uint64`, whose values are held by their bits, as `i64` has not all of them.
pub fn is_wide(dtype: DType) -> bool {
    int_bits(dtype) == (64, false)
}

/// The least and the greatest value of an integer type; those of `uint64` end at the greatest `i64`.
pub fn int_range(dtype: DType) -> (i64, i64) {
    match int_bits(dtype) {
        (64, true) => (i64::MIN, i64::MAX),
        (64, false) => (0, i64::MAX),
        (bits, true) => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        (bits, false) => (0, (1 << bits) - 1),
    }
}

/// What is left of an integer in a type of fewer bits.
pub fn wrap(dtype: DType, value: i64) -> i64 {
    match int_bits(dtype) {
        (64, _) => value,
        (bits, true) => (value << (64 - bits)) >> (64 - bits),
        (bits, false) => value & ((1 << bits) - 1),
    }
}

/// Rounds each value to the nearest that a floating type has, ties to even.
pub fn round(dtype: DType, values: &mut [f32]) {
    match dtype {
        DType::Float32 => {}
        dtype if class(dtype) != Some(Class::Float) => {}
        DType::Float16 => simd::dispatch(
            #[inline(always)]
            || {
                for value in values.iter_mut() {
                    *value = round_f16(*value);
                }
            },
        ),
        DType::BFloat16 => simd::dispatch(
            #[inline(always)]
            || {
                for value in values.iter_mut() {
                    *value = round_bf16(*value);
                }
            },
        ),
        _ => {
            for value in values {
                *value = small_float::round(dtype, *value);
            }
        }
    }
}

/// Rounds to `float16`. Without branches, so that a loop of it becomes vector instructions.
#[inline(always)]
pub fn round_f16(value: f32) -> f32 {
    /// 2^112: what `float16` does not have above 65504, `float32` does not have above so many times that.
    const SCALE: f32 = f32::from_bits((127 + 112) << 23);
    /// Its inverse.
    const SCALE_BACK: f32 = f32::from_bits((127 - 112) << 23);
    let bits = value.to_bits();
    // With 1.5 · 2^13 of its own power of two added, a number keeps the eleven digits of a `float16`. With 0.75 it keeps
    // multiples of 2^-24, the least step. Of what is far too large or no number, any will do.
    let own = f32::from_bits((bits & 0x7f80_0000).wrapping_add((13 << 23) | 0x0040_0000));
    let large = if own > 0.75 { own } else { 0.75 };
    let rounded = (value + large) - large;
    let rounded = rounded * SCALE * SCALE_BACK;
    f32::from_bits(rounded.to_bits() | (bits & 0x8000_0000))
}

/// Rounds to `bfloat16`, likewise.
#[inline(always)]
pub fn round_bf16(value: f32) -> f32 {
    let bits = value.to_bits();
    let even = (bits >> 16) & 1;
    let rounded = f32::from_bits(bits.wrapping_add(0x7fff + even) & 0xffff_0000);
    if value.is_nan() { f32::NAN } else { rounded }
}

#[cfg(test)]
mod tests {
    use half::{bf16, f16};

    use super::*;

    fn check(ours: f32, theirs: f32, value: f32) {
        let same = ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan());
        assert!(same, "{value:e}: {ours:e}, not {theirs:e}");
    }

    #[test]
    fn float16_rounds_as_ieee_does() {
        for bits in 0..=u16::MAX {
            let exact = f16::from_bits(bits).to_f32();
            let middle = (exact + f16::from_bits(bits.wrapping_add(1)).to_f32()) / 2.0;
            for value in [exact, exact * 1.000_244, exact * 1.0004, middle] {
                for value in [value, value.next_up(), value.next_down()] {
                    check(round_f16(value), f16::from_f32(value).to_f32(), value);
                }
            }
        }
    }

    #[test]
    fn bfloat16_rounds_as_ieee_does() {
        for bits in 0..=u16::MAX {
            let exact = bf16::from_bits(bits).to_f32();
            let middle = (exact + bf16::from_bits(bits.wrapping_add(1)).to_f32()) / 2.0;
            for value in [exact, exact * 1.0039, middle] {
                for value in [value, value.next_up(), value.next_down()] {
                    check(round_bf16(value), bf16::from_f32(value).to_f32(), value);
                }
            }
        }
    }

    #[test]
    fn integers_wrap_to_their_bits() {
        assert_eq!(wrap(DType::Int8, 128), -128);
        assert_eq!(wrap(DType::Int4, 8), -8);
        assert_eq!(wrap(DType::UInt8, -1), 255);
        assert_eq!(wrap(DType::UInt32, -1), i64::from(u32::MAX));
        let beyond = i64::from(i32::MAX) + 1;
        assert_eq!(wrap(DType::Int32, beyond), i64::from(i32::MIN));
        assert_eq!(int_range(DType::Int4), (-8, 7));
        assert_eq!(int_range(DType::UInt6), (0, 63));
    }

    #[test]
    fn no_size_is_taken_at_its_word() {
        assert!(matches!(
            elements(&[usize::MAX, 2]),
            Err(ExecError::TooLarge { .. })
        ));
        assert!(Tensor::zeros(DType::Float16, vec![1 << 20, 1 << 20]).is_err());
        assert_eq!(elements(&[]).ok(), Some(1));
        assert_eq!(elements(&[3, 0]).ok(), Some(0));
    }
}
