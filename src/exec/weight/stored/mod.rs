//! Elements as an asset stores them.

mod make;

use std::ops::Deref;
use std::sync::Arc;

use crate::model::DType;

use crate::exec::simd::{dispatch, from_bf16, from_f16};
use crate::exec::small_float;
use crate::exec::tensor::{Class, Elements, class, int_bits, wrap};
use crate::exec::{Buffer, ExecError, Floats};

/// Elements in the bytes of a file, decoded where they are used. Cloning shares the bytes.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Element type.
    pub dtype: DType,
    /// How many elements there are.
    pub len: usize,
    pub(super) data: Data,
}

#[derive(Debug, Clone)]
pub(super) enum Data {
    /// One element for all.
    Splat(Arc<Vec<u8>>),
    /// Elements of whole bytes.
    Bytes(Arc<Vec<u8>>),
    /// Elements side by side in bytes, the first in the lowest bits.
    Packed(Arc<Vec<u8>>),
    /// `float16` and `bfloat16`.
    Halves(Halves),
    /// `float32`.
    Words(Floats),
}

/// Floats of two bytes, by their bits.
#[derive(Debug, Clone)]
pub(super) struct Halves {
    bits: Arc<Vec<u16>>,
    /// True if none is infinite or NaN as a `float16`.
    pub(super) are_finite: bool,
}

impl From<Vec<u16>> for Halves {
    fn from(bits: Vec<u16>) -> Halves {
        /// Halves that are looked at without asking in between.
        const AT_A_TIME: usize = 1 << 12;
        let special = |some: &[u16]| {
            some.iter()
                .fold(false, |any, bits| any | (bits & 0x7c00 == 0x7c00))
        };
        Halves {
            are_finite: !bits.chunks(AT_A_TIME).any(special),
            bits: Arc::new(bits),
        }
    }
}

impl Deref for Halves {
    type Target = [u16];

    fn deref(&self) -> &[u16] {
        &self.bits
    }
}

impl Stored {
    /// The bytes of an element of up to eight, as it would be stored whole.
    fn whole(&self, index: usize) -> [u8; 8] {
        match (&self.data, class(self.dtype)) {
            (Data::Packed(_), _) if self.dtype == DType::Float4E2M1FN => {
                [self.packed(index), 0, 0, 0, 0, 0, 0, 0]
            }
            (Data::Bytes(bytes), Some(Class::Float)) => [bytes[index], 0, 0, 0, 0, 0, 0, 0],
            _ => self.int(index).to_le_bytes(),
        }
    }

    /// True if every element is zero.
    pub fn is_zero(&self) -> bool {
        match &self.data {
            Data::Splat(bytes) | Data::Bytes(bytes) | Data::Packed(bytes) => {
                bytes.iter().all(|byte| *byte == 0)
            }
            Data::Halves(halves) => halves.iter().all(|half| half & 0x7fff == 0),
            Data::Words(words) => words.iter().all(|word| *word == 0.0),
        }
    }

    /// The bytes of eight bit elements, one each.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match &self.data {
            Data::Bytes(bytes) if self.dtype.storage_bytes() == 1 => Some(bytes),
            _ => None,
        }
    }

    /// Decodes elements from `start` on, integers too, into floats.
    pub(super) fn floats(&self, start: usize, out: &mut [f32]) {
        match &self.data {
            Data::Halves(halves) => {
                let halves = &halves[start..start + out.len()];
                match self.dtype {
                    DType::Float16 => widen(halves, out, from_f16),
                    _ => widen(halves, out, from_bf16),
                }
            }
            Data::Words(words) => out.copy_from_slice(&words[start..start + out.len()]),
            Data::Bytes(bytes) if self.dtype == DType::Int8 => {
                for (out, byte) in out.iter_mut().zip(&bytes[start..]) {
                    *out = f32::from(*byte as i8);
                }
            }
            Data::Packed(bytes) if int_bits(self.dtype).0 == 4 && start.is_multiple_of(2) => {
                let signed = int_bits(self.dtype).1;
                for (pair, byte) in out.chunks_mut(2).zip(&bytes[start / 2..]) {
                    for (place, out) in pair.iter_mut().enumerate() {
                        let nibble = (byte >> (4 * place)) & 15;
                        *out = f32::from(if signed {
                            ((nibble << 4) as i8) >> 4
                        } else {
                            nibble as i8
                        });
                    }
                }
            }
            _ => {
                for (place, out) in out.iter_mut().enumerate() {
                    *out = self.float(start + place);
                }
            }
        }
    }

    fn float(&self, index: usize) -> f32 {
        match (class(self.dtype), &self.data) {
            (Some(Class::Int), _) => self.int(index) as f32,
            (_, Data::Halves(halves)) => self.half(halves[index]),
            (_, Data::Words(words)) => words[index],
            (_, Data::Splat(bytes)) => match (self.dtype, &bytes[..]) {
                (DType::Float16 | DType::BFloat16, &[low, high, ..]) => {
                    self.half(u16::from_le_bytes([low, high]))
                }
                (DType::Float32, &[a, b, c, d, ..]) => f32::from_le_bytes([a, b, c, d]),
                (dtype, &[byte, ..]) => small_float::decode(dtype, byte),
                _ => 0.0,
            },
            (_, Data::Bytes(bytes)) => small_float::decode(self.dtype, bytes[index]),
            (_, Data::Packed(_)) => small_float::decode(self.dtype, self.packed(index)),
        }
    }

    fn half(&self, bits: u16) -> f32 {
        match self.dtype {
            DType::Float16 => from_f16(bits),
            _ => from_bf16(bits),
        }
    }

    /// One element of an integer type.
    fn int(&self, index: usize) -> i64 {
        match &self.data {
            Data::Packed(_) => wrap(self.dtype, self.packed(index).into()),
            Data::Splat(bytes) => whole_int(self.dtype, bytes, 0),
            Data::Bytes(bytes) => whole_int(self.dtype, bytes, index),
            Data::Halves(_) | Data::Words(_) => 0,
        }
    }

    /// The bits of an element that shares bytes with others.
    fn packed(&self, index: usize) -> u8 {
        let Data::Packed(bytes) = &self.data else {
            return 0;
        };
        // `packed_bytes` takes types of 1, 2, 4 and 6 bits for packed.
        let bits = match self.dtype {
            DType::Float4E2M1FN => 4,
            dtype => int_bits(dtype).0 as usize,
        };
        let (byte, shift) = (index * bits / 8, index * bits % 8);
        let low = u16::from(bytes[byte]);
        let high = bytes.get(byte + 1).copied().map_or(0, u16::from);
        (((high << 8 | low) >> shift) & ((1 << bits) - 1)) as u8
    }

    /// All elements, decoded.
    ///
    /// # Errors
    /// A type that cannot be executed.
    pub fn decoded(&self) -> Result<Elements, ExecError> {
        match class(self.dtype) {
            Some(Class::Int) => Ok(Elements::Int(Arc::new(
                (0..self.len).map(|index| self.int(index)).collect(),
            ))),
            Some(Class::Float) => {
                if let Data::Words(words) = &self.data {
                    return Ok(Elements::Float(words.clone()));
                }
                let first = if self.len > 0 { self.float(0) } else { 0.0 };
                let mut floats = vec![first; self.len];
                if !matches!(self.data, Data::Splat(_)) {
                    self.floats(0, &mut floats);
                }
                Ok(Elements::Float(Buffer::from(floats).into()))
            }
            None => Err(ExecError::Type { dtype: self.dtype }),
        }
    }
}

#[inline(always)]
fn widen(halves: &[u16], out: &mut [f32], value: impl Fn(u16) -> f32) {
    dispatch(
        #[inline(always)]
        || {
            for (out, half) in out.iter_mut().zip(halves) {
                *out = value(*half);
            }
        },
    );
}

/// An integer of whole bytes.
fn whole_int(dtype: DType, bytes: &[u8], index: usize) -> i64 {
    let width = dtype.storage_bytes() as usize;
    let bytes = bytes.get(index * width..).unwrap_or_default();
    let mut word = [0; 8];
    for (to, from) in word.iter_mut().zip(bytes.iter().take(width)) {
        *to = *from;
    }
    wrap(dtype, i64::from_le_bytes(word))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::model::Packing;

    fn stored(dtype: DType, len: usize, bytes: &[u8]) -> Stored {
        let packing = Packing::of(dtype, len as u64, bytes.len() as u64).unwrap();
        Stored::inline(dtype, len, bytes, false, packing).unwrap()
    }

    fn floats(stored: &Stored) -> Vec<f32> {
        let mut out = vec![0.0; stored.len];
        stored.floats(0, &mut out);
        out
    }

    #[test]
    fn packed_elements_lie_lowest_bits_first() {
        assert_eq!(
            floats(&stored(DType::Int4, 3, &[0xf1, 0x08])),
            [1.0, -1.0, -8.0]
        );
        assert_eq!(
            floats(&stored(DType::UInt4, 3, &[0xf1, 0x08])),
            [1.0, 15.0, 8.0]
        );
        assert_eq!(
            floats(&stored(DType::UInt2, 4, &[0b11_10_01_00])),
            [0.0, 1.0, 2.0, 3.0]
        );
        let bits: Vec<f32> = (0..9)
            .map(|bit| f32::from(u8::from(bit % 3 == 0)))
            .collect();
        assert_eq!(
            floats(&stored(DType::UInt1, 9, &[0b0100_1001, 0])),
            [&bits[..8], &[0.0]].concat()
        );
        // 6 bits: 1, 2, 3 and 63 in three bytes.
        let word: u32 = 1 | 2 << 6 | 3 << 12 | 63 << 18;
        assert_eq!(
            floats(&stored(DType::UInt6, 4, &word.to_le_bytes()[..3])),
            [1.0, 2.0, 3.0, 63.0]
        );
        assert_eq!(
            floats(&stored(DType::Float4E2M1FN, 2, &[0x9f])),
            [-6.0, -0.5]
        );
    }

    #[test]
    fn whole_elements_and_splats_are_decoded() {
        assert_eq!(floats(&stored(DType::Int8, 2, &[0xff, 2])), [-1.0, 2.0]);
        assert_eq!(
            floats(&stored(DType::Float16, 2, &[0, 0x3c, 0, 0xc0])),
            [1.0, -2.0]
        );
        assert_eq!(floats(&stored(DType::BFloat16, 1, &[0x80, 0x3f])), [1.0]);
        let splat = Stored::inline(
            DType::Int32,
            3,
            &[0xfe, 0xff, 0xff, 0xff],
            true,
            Packing::Whole,
        )
        .unwrap();
        assert!(matches!(splat.decoded().unwrap(), Elements::Int(data) if *data == [-2, -2, -2]));
        assert!(!splat.is_zero());
        assert!(stored(DType::Float16, 1, &[0, 0x80]).is_zero());
    }
}
