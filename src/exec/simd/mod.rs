//! One binary for old and new processors: loops compiled for several instruction sets, chosen at run time.

#![allow(
    clippy::needless_range_loop,
    reason = "loops by index become vector instructions, see `dispatch`"
)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod halves;
mod lanes;
pub(super) mod rows;

use std::sync::OnceLock;

pub(super) use halves::{from_bf16, from_f16};
pub(super) use lanes::{LANES, Lanes};

/// Runs `work` with the best instructions this processor has.
///
/// The order of additions is the code's own in each of them, and nothing is fused, so the results are the same on all.
///
/// Only what is inlined into `work` is compiled so. The compiler does not inline the adapters of iterators there, nor calls
/// through a reference to a closure: loops that matter go by index, and take closures by value.
#[inline(always)]
pub(super) fn dispatch<R>(work: impl FnOnce() -> R) -> R {
    static ARCH: OnceLock<pulp::Arch> = OnceLock::new();
    ARCH.get_or_init(pulp::Arch::new).dispatch(work)
}

/// Work that is written in terms of [`Lanes`].
///
/// Its function and all that it calls in a loop must be `#[inline(always)]`: only what is inlined is compiled for the
/// instructions chosen.
pub(super) trait Work {
    /// What comes of it.
    type Result;

    fn run<L: Lanes>(self, simd: L) -> Self::Result;
}

/// Does work with the best instructions this processor has; the result is the same with any.
#[inline(always)]
pub(super) fn work<W: Work>(work: W) -> W::Result {
    #[cfg(target_arch = "x86_64")]
    {
        use pulp::x86::{V3, V4};
        if let Some(simd) = V4::try_new() {
            return pulp::Simd::vectorize(simd, With { simd, work });
        }
        if let Some(simd) = V3::try_new() {
            return pulp::Simd::vectorize(simd, With { simd, work });
        }
    }
    dispatch(
        #[inline(always)]
        || work.run(lanes::Portable),
    )
}

#[cfg(target_arch = "x86_64")]
struct With<L, W> {
    simd: L,
    work: W,
}

#[cfg(target_arch = "x86_64")]
impl<L: Lanes, W: Work> pulp::WithSimd for With<L, W> {
    type Output = W::Result;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> W::Result {
        self.work.run(self.simd)
    }
}

struct Dots<'a> {
    rows: &'a [f32],
    x: &'a [f32],
    sums: &'a mut [f32],
}

impl Work for Dots<'_> {
    type Result = ();

    #[inline(always)]
    fn run<L: Lanes>(self, simd: L) {
        rows::dots::<L, f32, f32>(simd, self.rows, self.x, self.sums);
    }
}

/// The dot products of `x` with rows that lie behind each other, one for each element of `sums`.
pub(super) fn dots(rows: &[f32], x: &[f32], sums: &mut [f32]) {
    work(Dots { rows, x, sums });
}

/// The dot product of two rows of the same length.
pub(super) fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sum = [0.0];
    dots(left, right, &mut sum);
    sum[0]
}

/// Adds rows that lie behind each other to `sums`, each times its factor.
pub(super) fn add_all_scaled(sums: &mut [f32], rows: &[f32], factors: &[f32]) {
    dispatch(
        #[inline(always)]
        || {
            let size = sums.len();
            for place in 0..factors.len() {
                let (row, factor) = (&rows[place * size..][..size], factors[place]);
                for at in 0..size {
                    sums[at] += row[at] * factor;
                }
            }
        },
    );
}

/// `sums += row * factor`.
pub(super) fn add_scaled(sums: &mut [f32], row: &[f32], factor: f32) {
    dispatch(
        #[inline(always)]
        || {
            let size = sums.len().min(row.len());
            let (sums, row) = (&mut sums[..size], &row[..size]);
            for at in 0..size {
                sums[at] += row[at] * factor;
            }
        },
    );
}
