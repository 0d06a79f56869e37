//! Rows of stored elements, multiplied with floats.

use half::{bf16, f16};

use super::halves::{from_bf16, from_f16};
use super::lanes::{LANES, Lanes};

/// Rows that are multiplied at a time, each far from the others: memory is read fastest as a few streams.
pub(in crate::exec) const STREAMS: usize = 4;

/// How a group of elements, `N` times `T`, stands for [`LANES`] floats.
///
/// A type and not a closure: a call of one that is handed over is not sure to be inlined.
pub(in crate::exec) trait Kind<T, const N: usize> {
    /// The floats of a group.
    fn wide<L: Lanes>(simd: L, group: &[T; N]) -> L::Floats;
}

/// An element that is a float by itself.
pub(in crate::exec) trait Float: Copy {
    /// Its value.
    fn value(self) -> f32;
}

impl Kind<f32, LANES> for f32 {
    #[inline(always)]
    fn wide<L: Lanes>(simd: L, group: &[f32; LANES]) -> L::Floats {
        simd.load(group)
    }
}

impl Float for f32 {
    #[inline(always)]
    fn value(self) -> f32 {
        self
    }
}

impl Kind<f16, LANES> for f16 {
    #[inline(always)]
    fn wide<L: Lanes>(simd: L, group: &[f16; LANES]) -> L::Floats {
        simd.float16(bytemuck::cast_ref(group))
    }
}

impl Float for f16 {
    #[inline(always)]
    fn value(self) -> f32 {
        from_f16(self.to_bits())
    }
}

/// Of `float16` that are neither infinite nor NaN.
pub(in crate::exec) struct Finite16;

impl Kind<f16, LANES> for Finite16 {
    #[inline(always)]
    fn wide<L: Lanes>(simd: L, group: &[f16; LANES]) -> L::Floats {
        simd.finite16(bytemuck::cast_ref(group))
    }
}

impl Kind<bf16, LANES> for bf16 {
    #[inline(always)]
    fn wide<L: Lanes>(simd: L, group: &[bf16; LANES]) -> L::Floats {
        simd.bfloat16(bytemuck::cast_ref(group))
    }
}

impl Float for bf16 {
    #[inline(always)]
    fn value(self) -> f32 {
        from_bf16(self.to_bits())
    }
}

/// Signed bytes.
pub(in crate::exec) struct Int8;

impl Kind<u8, LANES> for Int8 {
    #[inline(always)]
    fn wide<L: Lanes>(simd: L, codes: &[u8; LANES]) -> L::Floats {
        simd.int8(codes)
    }
}

/// Bytes.
pub(in crate::exec) struct UInt8;

impl Kind<u8, LANES> for UInt8 {
    #[inline(always)]
    fn wide<L: Lanes>(simd: L, codes: &[u8; LANES]) -> L::Floats {
        simd.uint8(codes)
    }
}

/// Signed halves of bytes, the first in the low one.
pub(in crate::exec) struct Int4;

impl Kind<u8, { LANES / 2 }> for Int4 {
    #[inline(always)]
    fn wide<L: Lanes>(simd: L, pairs: &[u8; LANES / 2]) -> L::Floats {
        simd.int4(pairs)
    }
}

/// Halves of bytes, the first the low one.
pub(in crate::exec) struct UInt4;

impl Kind<u8, { LANES / 2 }> for UInt4 {
    #[inline(always)]
    fn wide<L: Lanes>(simd: L, pairs: &[u8; LANES / 2]) -> L::Floats {
        simd.uint4(pairs)
    }
}

/// The sums of the products of rows with as many floats.
#[inline(always)]
fn products<L: Lanes, K: Kind<T, LANES>, T, const R: usize>(
    simd: L,
    rows: [&[[T; LANES]]; R],
    x: &[[f32; LANES]],
) -> [L::Floats; R] {
    let mut groups = rows;
    for row in 0..R {
        groups[row] = &rows[row][..x.len()];
    }
    let mut sums = [simd.splat(0.0); R];
    for at in 0..x.len() {
        let x = simd.load(&x[at]);
        for row in 0..R {
            let values = K::wide(simd, &groups[row][at]);
            sums[row] = simd.add(sums[row], simd.mul(values, x));
        }
    }
    sums
}

/// The dot products of `x` with rows of floats that lie behind each other, one for each element of `sums`.
#[inline(always)]
pub(in crate::exec) fn dots<L: Lanes, K: Kind<T, LANES>, T: Float>(
    simd: L,
    rows: &[T],
    x: &[f32],
    sums: &mut [f32],
) {
    let apart = sums.len() / STREAMS;
    for first in 0..apart {
        some_dots::<L, K, T, STREAMS>(simd, rows, x, sums, first, apart);
    }
    for first in apart * STREAMS..sums.len() {
        some_dots::<L, K, T, 1>(simd, rows, x, sums, first, 0);
    }
}

/// Those of `R` rows, from `first` on and `apart` from each other.
#[inline(always)]
fn some_dots<L: Lanes, K: Kind<T, LANES>, T: Float, const R: usize>(
    simd: L,
    rows: &[T],
    x: &[f32],
    sums: &mut [f32],
    first: usize,
    apart: usize,
) {
    let k = x.len();
    let (xs, x_rest) = x.as_chunks::<LANES>();
    let mut groups: [&[[T; LANES]]; R] = [&[]; R];
    for row in 0..R {
        groups[row] = rows[(first + row * apart) * k..][..k].as_chunks().0;
    }
    let parts = products::<L, K, T, R>(simd, groups, xs);
    for row in 0..R {
        let place = first + row * apart;
        let rest = &rows[(place + 1) * k - x_rest.len()..][..x_rest.len()];
        let mut sum = simd.total(parts[row]);
        for at in 0..x_rest.len() {
            sum += rest[at].value() * x_rest[at];
        }
        sums[place] = sum;
    }
}
