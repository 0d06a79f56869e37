//! Elements as an asset stores them.

use std::sync::Arc;

use half::slice::{HalfBitsSliceExt, HalfFloatSliceExt};

use crate::bytes::ByteSource;
use crate::mlir::{FileRange, ReadError, ReadErrorKind};
use crate::model::{DType, Packing};

use crate::exec::ExecError;
use crate::exec::simd::{dispatch, from_bf16, from_f16};
use crate::exec::small_float;
use crate::exec::tensor::{Class, Elements, Tensor, class, int_bits, wrap};

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
    Halves(Arc<Vec<u16>>),
    /// `float32`.
    Words(Arc<Vec<f32>>),
}

impl Stored {
    /// Reads `len` elements from a range of the file, whose length was checked against them.
    ///
    /// # Errors
    /// A file that cannot be read; elements in a form that no known writer has.
    pub fn read<S: ByteSource + ?Sized>(
        source: &S,
        range: FileRange,
        dtype: DType,
        len: usize,
        packing: Packing,
    ) -> Result<Stored, ExecError> {
        let fill = |buffer: &mut [u8]| {
            source
                .read_at(range.offset, buffer)
                .map_err(|error| ReadError {
                    offset: range.offset,
                    field: "data of a constant",
                    kind: ReadErrorKind::Io(error.kind()),
                })
        };
        let data = match (dtype, packing) {
            (_, Packing::Unknown(_)) => return Err(ExecError::Type { dtype }),
            (DType::Float16 | DType::BFloat16, _) => {
                let mut halves = vec![0_u16; len];
                fill(bytemuck::cast_slice_mut(&mut halves))?;
                little_endian(&mut halves, u16::from_le);
                Data::Halves(Arc::new(halves))
            }
            (DType::Float32, _) => {
                let mut words = vec![0_f32; len];
                fill(bytemuck::cast_slice_mut(&mut words))?;
                little_endian(&mut words, |word: f32| {
                    f32::from_bits(u32::from_le(word.to_bits()))
                });
                Data::Words(Arc::new(words))
            }
            _ => {
                // The range lies in the file, so it fits memory as far as the file does.
                let mut bytes = vec![0; range.len as usize];
                fill(&mut bytes)?;
                match packing {
                    Packing::Packed => Data::Packed(Arc::new(bytes)),
                    _ => Data::Bytes(Arc::new(bytes)),
                }
            }
        };
        Ok(Stored { dtype, len, data })
    }

    /// Elements that are in memory already: of whole bytes each, or one for all.
    ///
    /// # Errors
    /// Bytes of another length than the elements need.
    pub fn inline(
        dtype: DType,
        len: usize,
        bytes: &[u8],
        splat: bool,
        packing: Packing,
    ) -> Result<Stored, ExecError> {
        if splat {
            let data = Data::Splat(Arc::new(bytes.to_vec()));
            return Ok(Stored { dtype, len, data });
        }
        let range = FileRange {
            offset: 0,
            len: bytes.len() as u64,
        };
        Stored::read(bytes, range, dtype, len, packing)
    }

    /// The elements of a tensor, in as few bytes as their type needs.
    ///
    /// # Errors
    /// Integers of more than 16 bits, which floats do not hold.
    pub fn of(tensor: &Tensor) -> Result<Stored, ExecError> {
        let dtype = tensor.dtype;
        let data = match &tensor.data {
            Elements::Int(data) if dtype.storage_bytes() <= 2 => {
                let bytes = data.iter().flat_map(|value| {
                    let width = dtype.storage_bytes() as usize;
                    value.to_le_bytes().into_iter().take(width)
                });
                Data::Bytes(Arc::new(bytes.collect()))
            }
            Elements::Int(_) => return Err(ExecError::Type { dtype }),
            Elements::Float(data) => match dtype {
                DType::Float16 => {
                    let mut halves = vec![0; data.len()];
                    let out = halves.reinterpret_cast_mut::<half::f16>();
                    out.convert_from_f32_slice(data);
                    Data::Halves(Arc::new(halves))
                }
                DType::BFloat16 => {
                    let mut halves = vec![0; data.len()];
                    let out = halves.reinterpret_cast_mut::<half::bf16>();
                    out.convert_from_f32_slice(data);
                    Data::Halves(Arc::new(halves))
                }
                _ => Data::Words(data.clone()),
            },
        };
        Ok(Stored {
            dtype,
            len: tensor.len(),
            data,
        })
    }

    /// Values where a mask is 1, in its order, and zeros elsewhere.
    ///
    /// # Errors
    /// Fewer values than the mask asks for.
    pub fn spread(values: &Stored, mask: &Stored) -> Result<Stored, ExecError> {
        let mut places = 0..values.len;
        let mut next = |bit: usize| match mask.int(bit) {
            0 => Ok(None),
            _ => places.next().map(Some).ok_or_else(|| {
                ExecError::operands(format!("the mask asks for more than {} values", values.len))
            }),
        };
        let data = match &values.data {
            Data::Halves(halves) => {
                let one = |bit| Ok(next(bit)?.map_or(0, |at| halves[at]));
                let spread = (0..mask.len).map(one).collect::<Result<_, ExecError>>()?;
                Data::Halves(Arc::new(spread))
            }
            Data::Words(words) => {
                let one = |bit| Ok(next(bit)?.map_or(0.0, |at| words[at]));
                let spread = (0..mask.len).map(one).collect::<Result<_, ExecError>>()?;
                Data::Words(Arc::new(spread))
            }
            _ => {
                let width = values.dtype.storage_bytes() as usize;
                let mut bytes = Vec::with_capacity(mask.len * width);
                for bit in 0..mask.len {
                    match next(bit)? {
                        None => bytes.resize(bytes.len() + width, 0),
                        Some(at) => bytes.extend(values.whole(at).iter().take(width)),
                    }
                }
                Data::Bytes(Arc::new(bytes))
            }
        };
        Ok(Stored {
            dtype: values.dtype,
            len: mask.len,
            data,
        })
    }

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
            (_, Data::Splat(bytes)) => match (self.dtype, bytes.as_slice()) {
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
                Ok(Elements::Float(Arc::new(floats)))
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

fn little_endian<T: Copy>(values: &mut [T], convert: impl Fn(T) -> T) {
    if cfg!(target_endian = "big") {
        for value in values {
            *value = convert(*value);
        }
    }
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
