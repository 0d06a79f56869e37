//! Sixteen floats at a time, whatever registers hold them, and what stored elements are as floats.

use std::array::from_fn;

use super::halves::{from_bf16, from_f16};

/// Floats that are worked on at a time, and partial sums that are kept apart.
pub(in crate::exec) const LANES: usize = 16;

/// Instructions for [`LANES`] floats at a time. Each is what IEEE 754 says, and nothing is fused, so that results are the
/// same with all of them.
pub(in crate::exec) trait Lanes: Copy {
    /// The floats, in registers.
    type Floats: Copy;

    fn splat(self, value: f32) -> Self::Floats;
    fn load(self, values: &[f32; LANES]) -> Self::Floats;
    fn stored(self, values: Self::Floats) -> [f32; LANES];
    fn add(self, x: Self::Floats, y: Self::Floats) -> Self::Floats;
    fn sub(self, x: Self::Floats, y: Self::Floats) -> Self::Floats;
    fn mul(self, x: Self::Floats, y: Self::Floats) -> Self::Floats;
    /// Their sum, in an order that is the same on every processor.
    #[inline(always)]
    fn total(self, values: Self::Floats) -> f32 {
        let mut sums = self.stored(values);
        let mut half = LANES / 2;
        while half > 0 {
            for lane in 0..half {
                sums[lane] += sums[lane + half];
            }
            half /= 2;
        }
        sums[0]
    }
    /// The values of `float16`, by their bits.
    fn float16(self, bits: &[u16; LANES]) -> Self::Floats;
    /// The same of bits of which none are those of infinity or NaN.
    #[inline(always)]
    fn finite16(self, bits: &[u16; LANES]) -> Self::Floats {
        self.float16(bits)
    }
    /// The values of `bfloat16`, by their bits.
    fn bfloat16(self, bits: &[u16; LANES]) -> Self::Floats;
    /// The values of `int8`.
    fn int8(self, codes: &[u8; LANES]) -> Self::Floats;
    /// The values of `uint8`.
    fn uint8(self, codes: &[u8; LANES]) -> Self::Floats;
    /// The values of `int4`, two in a byte, the first in the low half.
    fn int4(self, pairs: &[u8; LANES / 2]) -> Self::Floats;
    /// The values of `uint4`, likewise.
    fn uint4(self, pairs: &[u8; LANES / 2]) -> Self::Floats;
}

/// What any processor has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Portable;

impl Lanes for Portable {
    type Floats = [f32; LANES];

    #[inline(always)]
    fn splat(self, value: f32) -> [f32; LANES] {
        [value; LANES]
    }

    #[inline(always)]
    fn load(self, values: &[f32; LANES]) -> [f32; LANES] {
        *values
    }

    #[inline(always)]
    fn stored(self, values: [f32; LANES]) -> [f32; LANES] {
        values
    }

    #[inline(always)]
    fn add(self, x: [f32; LANES], y: [f32; LANES]) -> [f32; LANES] {
        from_fn(|lane| x[lane] + y[lane])
    }

    #[inline(always)]
    fn sub(self, x: [f32; LANES], y: [f32; LANES]) -> [f32; LANES] {
        from_fn(|lane| x[lane] - y[lane])
    }

    #[inline(always)]
    fn mul(self, x: [f32; LANES], y: [f32; LANES]) -> [f32; LANES] {
        from_fn(|lane| x[lane] * y[lane])
    }

    #[inline(always)]
    fn float16(self, bits: &[u16; LANES]) -> [f32; LANES] {
        bits.map(from_f16)
    }

    #[inline(always)]
    fn bfloat16(self, bits: &[u16; LANES]) -> [f32; LANES] {
        bits.map(from_bf16)
    }

    #[inline(always)]
    fn int8(self, codes: &[u8; LANES]) -> [f32; LANES] {
        codes.map(|code| f32::from(code.cast_signed()))
    }

    #[inline(always)]
    fn uint8(self, codes: &[u8; LANES]) -> [f32; LANES] {
        codes.map(f32::from)
    }

    #[inline(always)]
    fn int4(self, pairs: &[u8; LANES / 2]) -> [f32; LANES] {
        from_fn(|lane| {
            let high = if lane % 2 == 0 {
                pairs[lane / 2] << 4
            } else {
                pairs[lane / 2]
            };
            f32::from(high.cast_signed() >> 4)
        })
    }

    #[inline(always)]
    fn uint4(self, pairs: &[u8; LANES / 2]) -> [f32; LANES] {
        from_fn(|lane| f32::from((pairs[lane / 2] >> (lane % 2 * 4)) & 15))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What every way of working must give bit by bit, and what it gives where NaN meets.
    fn check(work: impl Fn(Portable) -> [f32; LANES], other: [f32; LANES]) {
        for (lane, (ours, theirs)) in work(Portable).into_iter().zip(other).enumerate() {
            let same = ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan());
            assert!(same, "lane {lane}: {ours:e}, not {theirs:e}");
        }
    }

    fn agrees(simd: impl Lanes) {
        for first in (0..=u16::MAX).step_by(LANES) {
            let bits = from_fn(|lane| first + lane as u16);
            check(|p| p.float16(&bits), simd.stored(simd.float16(&bits)));
            if bits.iter().all(|bits| bits & 0x7c00 != 0x7c00) {
                check(|p| p.finite16(&bits), simd.stored(simd.finite16(&bits)));
            }
            check(|p| p.bfloat16(&bits), simd.stored(simd.bfloat16(&bits)));
        }
        for first in 0..=u8::MAX {
            let codes = from_fn(|lane| first.wrapping_add(lane as u8 * 17));
            check(|p| p.int8(&codes), simd.stored(simd.int8(&codes)));
            check(|p| p.uint8(&codes), simd.stored(simd.uint8(&codes)));
            let pairs = from_fn(|pair| codes[pair]);
            check(|p| p.int4(&pairs), simd.stored(simd.int4(&pairs)));
            check(|p| p.uint4(&pairs), simd.stored(simd.uint4(&pairs)));
        }
        let x = from_fn(|lane| 1.0e30_f32.powi(lane as i32 % 3 - 1) * (lane as f32 - 7.3));
        let y = from_fn(|lane| [0.1, -0.0, f32::INFINITY, f32::NAN, 1.0e-40][lane % 5]);
        let (a, b) = (simd.load(&x), simd.load(&y));
        check(|p| p.add(x, y), simd.stored(simd.add(a, b)));
        check(|p| p.sub(x, y), simd.stored(simd.sub(a, b)));
        check(|p| p.mul(x, y), simd.stored(simd.mul(a, b)));
        check(|p| p.splat(0.1), simd.stored(simd.splat(0.1)));
    }

    #[test]
    fn small_integers_are_what_their_bits_say() {
        let codes = from_fn(|lane| (lane * 16) as u8 | lane as u8);
        assert_eq!(Portable.int8(&codes)[7..9], [119.0, -120.0]);
        assert_eq!(Portable.uint8(&codes)[8], 136.0);
        let pairs = [0x80, 0x7f, 0xf0, 0x19, 0, 0, 0, 0];
        let (signed, unsigned) = (Portable.int4(&pairs), Portable.uint4(&pairs));
        assert_eq!(signed[..8], [0.0, -8.0, -1.0, 7.0, 0.0, -1.0, -7.0, 1.0]);
        assert_eq!(unsigned[..8], [0.0, 8.0, 15.0, 7.0, 0.0, 15.0, 9.0, 1.0]);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn the_processors_own_instructions_agree() {
        if let Some(simd) = pulp::x86::V4::try_new() {
            agrees(simd);
        }
        if let Some(simd) = pulp::x86::V3::try_new() {
            agrees(simd);
        }
        agrees(Portable);
    }
}
