//! Dot products of rows as they are stored, without a decoded copy in memory.

#![allow(
    clippy::needless_range_loop,
    reason = "loops by index become vector instructions, see `dispatch`"
)]

use half::{bf16, f16};

use super::grid::Grid;
use super::{Affine, Form, Stored, Weight};
use crate::exec::simd::rows::{Finite16, Int4, Int8, Kind, STREAMS, UInt4, UInt8, dots};
use crate::exec::simd::{self, LANES, Lanes, Work};
use crate::model::DType;

/// Rows that are multiplied as they are stored.
pub(super) enum Rows<'w> {
    Float16(&'w [f16]),
    /// None of which is infinite or NaN.
    Finite16(&'w [f16]),
    BFloat16(&'w [bf16]),
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
                DType::Float16 if stored.are_finite() => stored.halves().map(Rows::Finite16),
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
        let rows = self;
        simd::work(Product {
            rows,
            first,
            x,
            sums,
        });
    }
}

struct Product<'a, 'w> {
    rows: &'a Rows<'w>,
    first: usize,
    x: &'a [f32],
    sums: &'a mut [f32],
}

impl Work for Product<'_, '_> {
    type Result = ();

    #[inline(always)]
    fn run<L: Lanes>(self, simd: L) {
        let Product { first, x, sums, .. } = self;
        let at = first * x.len();
        match self.rows {
            Rows::Float16(rows) => dots::<L, f16, f16>(simd, &rows[at..], x, sums),
            Rows::Finite16(rows) => dots::<L, Finite16, f16>(simd, &rows[at..], x, sums),
            Rows::BFloat16(rows) => dots::<L, bf16, bf16>(simd, &rows[at..], x, sums),
            Rows::Float32(rows) => dots::<L, f32, f32>(simd, &rows[at..], x, sums),
            Rows::Affine(rows) => rows.dot(simd, first, x, sums),
        }
    }
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
    #[inline(always)]
    fn dot<L: Lanes>(&self, simd: L, first: usize, x: &[f32], sums: &mut [f32]) {
        let Affine {
            scale, zero, grid, ..
        } = self.affine;
        let scales = coarse(scale, grid, first, sums.len());
        let zeros = zero
            .as_ref()
            .map(|zero| coarse(zero, grid, first, sums.len()));
        let blocks = Blocks {
            x,
            size: grid.block,
            blocks: grid.blocks,
            scales: &scales,
            zeros: zeros.as_deref(),
        };
        match self.codes {
            Codes::Int8(bytes) => blocks.dots::<L, Int8, _>(simd, &bytes[first * x.len()..], sums),
            Codes::UInt8(bytes) => {
                blocks.dots::<L, UInt8, _>(simd, &bytes[first * x.len()..], sums)
            }
            Codes::Int4(bytes) => {
                blocks.dots::<L, Int4, _>(simd, &bytes[first * x.len() / 2..], sums)
            }
            Codes::UInt4(bytes) => {
                blocks.dots::<L, UInt4, _>(simd, &bytes[first * x.len() / 2..], sums)
            }
        }
    }
}

/// What the coarse tensor has for each of `count` rows from `first` on, block by block.
fn coarse(stored: &Stored, grid: &Grid, first: usize, count: usize) -> Vec<f32> {
    let mut floats = vec![0.0; count * grid.blocks];
    let start = grid.row(first);
    // From row to row the coarse one moves by one at most: if it does so in all, it does so in each.
    if grid.row(first + count - 1) == start + count - 1 {
        stored.floats(start * grid.blocks, &mut floats);
        return floats;
    }
    for (row, floats) in (first..).zip(floats.chunks_exact_mut(grid.blocks)) {
        stored.floats(grid.row(row) * grid.blocks, floats);
    }
    floats
}

/// What the codes of some rows meet.
struct Blocks<'a> {
    x: &'a [f32],
    /// Codes in a block: whole [`LANES`].
    size: usize,
    /// Blocks in a row.
    blocks: usize,
    /// Row by row.
    scales: &'a [f32],
    /// Likewise; `None` where all are zero.
    zeros: Option<&'a [f32]>,
}

impl Blocks<'_> {
    /// The dot products of rows of codes, [`LANES`] of which are `N` bytes, one for each element of `sums`.
    #[inline(always)]
    fn dots<L: Lanes, K: Kind<u8, N>, const N: usize>(
        &self,
        simd: L,
        codes: &[u8],
        sums: &mut [f32],
    ) {
        let (codes, _) = codes.as_chunks::<N>();
        // Loops over the commonest blocks, of 32 and 64, are unrolled, which takes off a third of the time.
        match self.size / LANES {
            2 => self.all::<L, K, N, 2>(simd, codes, sums),
            4 => self.all::<L, K, N, 4>(simd, codes, sums),
            _ => self.all::<L, K, N, 1>(simd, codes, sums),
        }
    }

    /// The same, where a block is `G` groups of [`LANES`], or any number of them if that is 1.
    #[inline(always)]
    fn all<L: Lanes, K: Kind<u8, N>, const N: usize, const G: usize>(
        &self,
        simd: L,
        codes: &[[u8; N]],
        sums: &mut [f32],
    ) {
        let apart = sums.len() / STREAMS;
        for first in 0..apart {
            self.some::<L, K, N, G, STREAMS>(simd, codes, sums, first, apart);
        }
        for first in apart * STREAMS..sums.len() {
            self.some::<L, K, N, G, 1>(simd, codes, sums, first, 0);
        }
    }

    /// Those of `R` rows, from `first` on and `apart` from each other.
    #[inline(always)]
    fn some<L: Lanes, K: Kind<u8, N>, const N: usize, const G: usize, const R: usize>(
        &self,
        simd: L,
        codes: &[[u8; N]],
        sums: &mut [f32],
        first: usize,
        apart: usize,
    ) {
        let pieces = if G > 1 { 1 } else { self.size / LANES };
        let (codes, _) = codes.as_chunks::<G>();
        let (x, _) = self.x.as_chunks::<LANES>().0.as_chunks::<G>();
        let x = &x[..self.blocks * pieces];
        let mut rows: [&[[[u8; N]; G]]; R] = [&[]; R];
        let mut scales: [&[f32]; R] = [&[]; R];
        let mut zeros: Option<[&[f32]; R]> = self.zeros.map(|_| [&[][..]; R]);
        for row in 0..R {
            let coarse = (first + row * apart) * self.blocks;
            rows[row] = &codes[coarse * pieces..][..x.len()];
            scales[row] = &self.scales[coarse..][..self.blocks];
            if let (Some(zeros), Some(all)) = (&mut zeros, self.zeros) {
                zeros[row] = &all[coarse..][..self.blocks];
            }
        }
        let mut totals = [simd.splat(0.0); R];
        for block in 0..self.blocks {
            let mut parts = [simd.splat(0.0); R];
            for piece in block * pieces..(block + 1) * pieces {
                for row in 0..R {
                    for group in 0..G {
                        let mut values = K::wide(simd, &rows[row][piece][group]);
                        if let Some(zeros) = zeros {
                            values = simd.sub(values, simd.splat(zeros[row][block]));
                        }
                        let product = simd.mul(values, simd.load(&x[piece][group]));
                        // A sum that begins with a product in place of zero is the same but for the sign of zero, which
                        // adding it to the total takes away.
                        parts[row] = if G > 1 && group == 0 {
                            product
                        } else {
                            simd.add(parts[row], product)
                        };
                    }
                }
            }
            for row in 0..R {
                let part = simd.mul(parts[row], simd.splat(scales[row][block]));
                totals[row] = simd.add(totals[row], part);
            }
        }
        for row in 0..R {
            sums[first + row * apart] = simd.total(totals[row]);
        }
    }
}

impl Stored {
    fn halves<T: bytemuck::Pod>(&self) -> Option<&[T]> {
        match &self.data {
            super::stored::Data::Halves(halves) => bytemuck::try_cast_slice(halves).ok(),
            _ => None,
        }
    }

    /// True of halves of which none is infinite or NaN.
    fn are_finite(&self) -> bool {
        matches!(&self.data, super::stored::Data::Halves(halves) if halves.are_finite)
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
