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
///
/// A function of its own: in one with the loop that makes the sums, the compiler takes the order in which they are added
/// for the one to lay them out by, in pairs.
#[inline(never)]
pub(super) fn total(sums: &[f32; LANES]) -> f32 {
    let mut sums = *sums;
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            sums[lane] += sums[lane + half];
        }
        half /= 2;
    }
    sums[0]
}

/// The dot product of a row, whose elements stand for floats, with floats; to be called inside [`dispatch`].
#[inline(always)]
pub(super) fn dot_by<T: Copy>(row: &[T], x: &[f32], value: impl Fn(T) -> f32) -> f32 {
    let (rows, row_rest) = row.as_chunks::<LANES>();
    let (xs, x_rest) = x.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (row, x) in rows.iter().zip(xs) {
        for lane in 0..LANES {
            sums[lane] += value(row[lane]) * x[lane];
        }
    }
    let mut sum = total(&sums);
    for (row, x) in row_rest.iter().zip(x_rest) {
        sum += value(*row) * x;
    }
    sum
}

/// The dot product of two rows of the same length.
pub(super) fn dot(left: &[f32], right: &[f32]) -> f32 {
    dispatch(
        #[inline(always)]
        || dot_by(left, right, |value| value),
    )
}

/// The dot products of `x` with rows that lie behind each other.
pub(super) fn dots(rows: &[f32], x: &[f32], out: &mut [f32]) {
    dispatch(
        #[inline(always)]
        || {
            for (out, row) in out.iter_mut().zip(rows.chunks_exact(x.len())) {
                *out = dot_by(row, x, |value| value);
            }
        },
    );
}

/// Adds rows that lie behind each other to `sums`, each times its factor.
pub(super) fn add_all_scaled(sums: &mut [f32], rows: &[f32], factors: &[f32]) {
    dispatch(
        #[inline(always)]
        || {
            for (factor, row) in factors.iter().zip(rows.chunks_exact(sums.len())) {
                for (sum, value) in sums.iter_mut().zip(row) {
                    *sum += value * factor;
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
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value * factor;
            }
        },
    );
}

/// The value of a `float16`, by its bits. Without branches, so that a loop of it becomes vector instructions.
#[inline(always)]
pub(super) fn from_f16(bits: u16) -> f32 {
    /// 2^112, by which the exponents of the two types differ.
    const REBIASED: f32 = f32::from_bits((127 + 112) << 23);
    // The sign is spread over the high half and cut out again at its place.
    let wide = (i32::from(bits.cast_signed()) << 13).cast_unsigned() & 0x8fff_e000;
    let value = f32::from_bits(wide) * REBIASED;
    // Infinity and NaN have the greatest exponent, whatever the bias.
    let special = f32::from_bits(wide | 0x7f80_0000);
    if bits & 0x7c00 == 0x7c00 {
        special
    } else {
        value
    }
}

/// The value of a `bfloat16`, likewise.
#[inline(always)]
pub(super) fn from_bf16(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_widened_as_ieee_does() {
        for bits in 0..=u16::MAX {
            let same = |ours: f32, theirs: f32| {
                ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan())
            };
            assert!(
                same(from_f16(bits), half::f16::from_bits(bits).to_f32()),
                "{bits:#x}"
            );
            assert!(
                same(from_bf16(bits), half::bf16::from_bits(bits).to_f32()),
                "{bits:#x}"
            );
        }
    }
}
