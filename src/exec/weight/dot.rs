//! Dot products of rows as they are stored, without a decoded copy in memory.

use super::{Affine, Form, Stored, Weight};
use crate::exec::simd::{LANES, dispatch, dot_by, from_bf16, from_f16, total};
use crate::model::DType;

/// Rows that are multiplied as they are stored.
pub(super) enum Rows<'w> {
    Float16(&'w [u16]),
    BFloat16(&'w [u16]),
    Float32(&'w [f32]),
    Affine(AffineRows<'w>),
}

/// Rows of integers in blocks, each with a scale.
pub(super) struct AffineRows<'w> {
    codes: Codes<'w>,
    affine: &'w Affine,
}

/// Integers of a row.
enum Codes<'w> {
    Int8(&'w [u8]),
    UInt8(&'w [u8]),
    /// Two in a byte, the first in the low half.
    Int4(&'w [u8]),
    UInt4(&'w [u8]),
}

impl<'w> Rows<'w> {
    /// The rows of a weight; `None` where they are decoded first.
    pub(super) fn of(weight: &'w Weight) -> Option<Rows<'w>> {
        match &weight.form {
            Form::Plain(stored) => match stored.dtype {
                DType::Float16 => stored.halves().map(Rows::Float16),
                DType::BFloat16 => stored.halves().map(Rows::BFloat16),
                DType::Float32 => stored.words().map(Rows::Float32),
                _ => None,
            },
            Form::Affine(affine) => AffineRows::of(affine).map(Rows::Affine),
            Form::Palette(_) => None,
        }
    }

    /// The dot products of `x` with the rows from `first` on, one for each element of `sums`.
    pub(super) fn dot(&self, first: usize, x: &[f32], sums: &mut [f32]) {
        let k = x.len();
        match self {
            Rows::Float16(halves) => plain(&halves[first * k..], x, sums, from_f16),
            Rows::BFloat16(halves) => plain(&halves[first * k..], x, sums, from_bf16),
            Rows::Float32(words) => plain(&words[first * k..], x, sums, |value| value),
            Rows::Affine(rows) => rows.dot(first, x, sums),
        }
    }
}

#[inline(always)]
fn plain<T: Copy>(rows: &[T], x: &[f32], sums: &mut [f32], value: impl Fn(T) -> f32) {
    dispatch(
        #[inline(always)]
        || {
            for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(x.len())) {
                *sum = dot_by(row, x, &value);
            }
        },
    );
}

impl<'w> AffineRows<'w> {
    fn of(affine: &'w Affine) -> Option<AffineRows<'w>> {
        let (data, shape) = affine.data.as_stored()?;
        let columns = *shape.last()?;
        if affine.offset.is_some() || !affine.grid.block.is_multiple_of(LANES) {
            return None;
        }
        let codes = match data.dtype {
            DType::Int8 => Codes::Int8(data.bytes()?),
            DType::UInt8 => Codes::UInt8(data.bytes()?),
            DType::Int4 if columns.is_multiple_of(2) => Codes::Int4(data.packed_bytes()?),
            DType::UInt4 if columns.is_multiple_of(2) => Codes::UInt4(data.packed_bytes()?),
            _ => return None,
        };
        Some(AffineRows { codes, affine })
    }

    /// Block by block, each scaled after it is summed.
    ///
    /// The product of a scale and a sum of integers stands for that of dequantized weights, each of which is rounded: the
    /// two differ by less than the rounding of the result.
    fn dot(&self, first: usize, x: &[f32], sums: &mut [f32]) {
        let (k, grid) = (x.len(), &self.affine.grid);
        let mut scales = vec![0.0; grid.blocks];
        let mut zeros = vec![0.0; grid.blocks];
        let mut nibbles = match self.codes {
            Codes::Int4(_) | Codes::UInt4(_) => vec![0; k],
            _ => Vec::new(),
        };
        for (row, sum) in (first..).zip(sums) {
            let coarse = grid.row(row) * grid.blocks;
            self.affine.scale.floats(coarse, &mut scales);
            let zeros = self.affine.zero.as_ref().map(|zero| {
                zero.floats(coarse, &mut zeros);
                zeros.as_slice()
            });
            let blocks = Blocks {
                x,
                scales: &scales,
                zeros,
                size: grid.block,
            };
            *sum = match self.codes {
                Codes::Int8(bytes) => {
                    blocks.dot(&bytes[row * k..][..k], |code| f32::from(code.cast_signed()))
                }
                Codes::UInt8(bytes) => blocks.dot(&bytes[row * k..][..k], f32::from),
                Codes::Int4(bytes) => {
                    unpack(&bytes[row * k / 2..][..k / 2], &mut nibbles);
                    blocks.dot(&nibbles, |code| f32::from((code << 4).cast_signed() >> 4))
                }
                Codes::UInt4(bytes) => {
                    unpack(&bytes[row * k / 2..][..k / 2], &mut nibbles);
                    blocks.dot(&nibbles, f32::from)
                }
            };
        }
    }
}

/// What the codes of one row meet.
struct Blocks<'a> {
    x: &'a [f32],
    scales: &'a [f32],
    zeros: Option<&'a [f32]>,
    /// Codes in a block: whole [`LANES`].
    size: usize,
}

impl Blocks<'_> {
    #[inline(always)]
    fn dot(&self, codes: &[u8], value: impl Fn(u8) -> f32) -> f32 {
        dispatch(
            #[inline(always)]
            || match self.zeros {
                None => self.sum(codes, |code, _| value(code)),
                Some(zeros) => self.sum(codes, |code, block| value(code) - zeros[block]),
            },
        )
    }

    #[inline(always)]
    fn sum(&self, codes: &[u8], value: impl Fn(u8, usize) -> f32) -> f32 {
        let mut sums = [0.0_f32; LANES];
        let blocks = codes
            .chunks_exact(self.size)
            .zip(self.x.chunks_exact(self.size));
        for (block, ((codes, x), scale)) in blocks.zip(self.scales).enumerate() {
            let mut part = [0.0_f32; LANES];
            let (codes, _) = codes.as_chunks::<LANES>();
            let (x, _) = x.as_chunks::<LANES>();
            for (codes, x) in codes.iter().zip(x) {
                for lane in 0..LANES {
                    part[lane] += value(codes[lane], block) * x[lane];
                }
            }
            for lane in 0..LANES {
                sums[lane] += part[lane] * scale;
            }
        }
        total(&sums)
    }
}

/// Each byte as its low and its high half.
fn unpack(bytes: &[u8], nibbles: &mut [u8]) {
    dispatch(
        #[inline(always)]
        || {
            let (pairs, _) = nibbles.as_chunks_mut::<2>();
            for (pair, byte) in pairs.iter_mut().zip(bytes) {
                *pair = [byte & 15, byte >> 4];
            }
        },
    );
}

impl Stored {
    fn halves(&self) -> Option<&[u16]> {
        match &self.data {
            super::stored::Data::Halves(halves) => Some(halves),
            _ => None,
        }
    }

    fn words(&self) -> Option<&[f32]> {
        match &self.data {
            super::stored::Data::Words(words) => Some(words),
            _ => None,
        }
    }

    fn packed_bytes(&self) -> Option<&[u8]> {
        match &self.data {
            super::stored::Data::Packed(bytes) => Some(bytes),
            _ => None,
        }
    }
}
