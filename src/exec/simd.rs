//! One binary for old and new processors: loops compiled for several instruction sets, chosen at run time.

use std::sync::OnceLock;

/// Partial sums that are kept apart: two or four vector registers.
pub(super) const LANES: usize = 16;

/// Runs `work` with the best instructions this processor has.
///
/// The order of additions is the code's own in each of them, and nothing is fused, so the results are the same on all.
#[inline(always)]
pub(super) fn dispatch<R>(work: impl FnOnce() -> R) -> R {
    static ARCH: OnceLock<pulp::Arch> = OnceLock::new();
    ARCH.get_or_init(pulp::Arch::new).dispatch(work)
}

/// The sum of partial sums, in an order of its own on every processor.
#[inline(always)]
pub(super) fn total(mut sums: [f32; LANES]) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            sums[lane] += sums[lane + half];
        }
        half /= 2;
    }
    sums[0]
}

/// The dot product of two rows of the same length.
pub(super) fn dot(left: &[f32], right: &[f32]) -> f32 {
    dispatch(
        #[inline(always)]
        || {
            let mut sums = [0.0_f32; LANES];
            let (lefts, rights) = (left.chunks_exact(LANES), right.chunks_exact(LANES));
            let rest = lefts.remainder().iter().zip(rights.remainder());
            for (left, right) in lefts.zip(rights) {
                for lane in 0..LANES {
                    sums[lane] += left[lane] * right[lane];
                }
            }
            let mut sum = total(sums);
            for (left, right) in rest {
                sum += left * right;
            }
            sum
        },
    )
}

/// `sums += row * factor`.
pub(super) fn add_scaled(sums: &mut [f32], row: &[f32], factor: f32) {
    dispatch(
        #[inline(always)]
        || {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value * factor;
            }
        },
    );
}
