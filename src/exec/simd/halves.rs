//! Floats of two bytes, by their bits.

/// Bits of a `float32` from those of a `float16` without its sign, shifted: the exponents of the two types differ by 112.
pub(super) const REBIAS: u32 = 112 << 23;

/// 2^-14, the least normal `float16`.
pub(super) const LEAST_NORMAL: f32 = f32::from_bits((127 - 14) << 23);

/// 2^16: what the greatest exponent, which stands for infinity and NaN, becomes with another bias.
pub(super) const SPECIAL: f32 = 65536.0;

/// Bits that make infinity and NaN of what is no less than [`SPECIAL`].
pub(super) const GREATEST_EXPONENT: u32 = 0x7f80_0000;

/// The value of a `float16`, by its bits. Without branches, so that a loop of it becomes vector instructions.
///
/// No subnormal `float32` occurs on the way: processors take a hundred times as long for one.
#[inline(always)]
pub(in crate::exec) fn from_f16(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let wide = f32::from_bits((u32::from(bits & 0x7fff) << 13) + REBIAS);
    // A subnormal has lost its zero before the point to a one: 1.m · 2^-15 stands for 0.m · 2^-14.
    let below = if wide < LEAST_NORMAL {
        wide - LEAST_NORMAL
    } else {
        0.0
    };
    let value = wide + below;
    let special = if value >= SPECIAL {
        GREATEST_EXPONENT
    } else {
        0
    };
    f32::from_bits(value.to_bits() | special | sign)
}

/// The value of a `bfloat16`, likewise.
#[inline(always)]
pub(in crate::exec) fn from_bf16(bits: u16) -> f32 {
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
