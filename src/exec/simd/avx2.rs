//! [`Lanes`] in two registers of 256 bits: every x86-64 processor with AVX2.

use std::arch::x86_64::{__m128i, __m256, __m256i, _CMP_GE_OQ};

use pulp::cast;
use pulp::core_arch::x86::Sse2;
use pulp::x86::V3;

use super::halves::{GREATEST_EXPONENT, LEAST_NORMAL, REBIAS, SPECIAL};
use super::lanes::{LANES, Lanes};

/// Eight words of the same bits.
#[inline(always)]
fn words(simd: V3, bits: u32) -> __m256i {
    simd.avx._mm256_set1_epi32(bits.cast_signed())
}

/// The magnitudes of eight `float16`, the bits of each sign-extended to a word, where infinity and NaN are numbers.
#[inline(always)]
fn magnitude(simd: V3, bits: __m256i) -> __m256 {
    let (avx, avx2) = (simd.avx, simd.avx2);
    let wide = avx2._mm256_and_si256(
        avx2._mm256_slli_epi32::<13>(bits),
        words(simd, 0x7fff << 13),
    );
    let wide = avx._mm256_castsi256_ps(avx2._mm256_add_epi32(wide, words(simd, REBIAS)));
    // `wide + (wide - LEAST_NORMAL)` is what a subnormal stands for, exactly, and more than any other does.
    let least = avx._mm256_set1_ps(LEAST_NORMAL);
    let below = simd
        .fma
        ._mm256_fmsub_ps(wide, avx._mm256_set1_ps(2.0), least);
    avx._mm256_min_ps(wide, below)
}

/// Numbers with the signs of eight words.
#[inline(always)]
fn signed_as(simd: V3, bits: __m256i, magnitude: __m256) -> __m256 {
    let sign = simd.avx2._mm256_and_si256(bits, words(simd, 1 << 31));
    let (avx, sign) = (simd.avx, simd.avx._mm256_castsi256_ps(sign));
    avx._mm256_or_ps(magnitude, sign)
}

/// Eight `float16`, likewise.
#[inline(always)]
fn widened(simd: V3, bits: __m256i) -> __m256 {
    let avx = simd.avx;
    let value = magnitude(simd, bits);
    let is_special = avx._mm256_cmp_ps::<_CMP_GE_OQ>(value, avx._mm256_set1_ps(SPECIAL));
    let exponent = avx._mm256_castsi256_ps(words(simd, GREATEST_EXPONENT));
    let value = avx._mm256_or_ps(value, avx._mm256_and_ps(is_special, exponent));
    signed_as(simd, bits, value)
}

/// Sixteen `int8`.
#[inline(always)]
fn signed(simd: V3, bytes: __m128i) -> [__m256; 2] {
    let (avx, avx2) = (simd.avx, simd.avx2);
    let high = simd.sse2._mm_unpackhi_epi64(bytes, bytes);
    [
        avx._mm256_cvtepi32_ps(avx2._mm256_cvtepi8_epi32(bytes)),
        avx._mm256_cvtepi32_ps(avx2._mm256_cvtepi8_epi32(high)),
    ]
}

/// Sixteen `uint8`.
#[inline(always)]
fn unsigned(simd: V3, bytes: __m128i) -> [__m256; 2] {
    let (avx, avx2) = (simd.avx, simd.avx2);
    let high = simd.sse2._mm_unpackhi_epi64(bytes, bytes);
    [
        avx._mm256_cvtepi32_ps(avx2._mm256_cvtepu8_epi32(bytes)),
        avx._mm256_cvtepi32_ps(avx2._mm256_cvtepu8_epi32(high)),
    ]
}

/// Bytes in two parts, each of which is read by the instruction that widens it.
#[inline(always)]
fn eights(sse2: Sse2, bytes: &[u8; LANES]) -> [__m128i; 2] {
    let (parts, _) = bytes.as_chunks::<{ LANES / 2 }>();
    [
        sse2._mm_set_epi64x(0, i64::from_le_bytes(parts[0])),
        sse2._mm_set_epi64x(0, i64::from_le_bytes(parts[1])),
    ]
}

/// Eight bytes as sixteen: the low and the high half of each.
#[inline(always)]
pub(super) fn nibbles(sse2: Sse2, pairs: &[u8; LANES / 2]) -> __m128i {
    let pairs = sse2._mm_set_epi64x(0, i64::from_le_bytes(*pairs));
    let mask = sse2._mm_set1_epi8(15);
    let low = sse2._mm_and_si128(pairs, mask);
    let high = sse2._mm_and_si128(sse2._mm_srli_epi16::<4>(pairs), mask);
    sse2._mm_unpacklo_epi8(low, high)
}

/// Bytes whose low half has a sign, with that of the whole byte.
#[inline(always)]
pub(super) fn sign_extended(sse2: Sse2, codes: __m128i) -> __m128i {
    // Turning the sign over and taking its value off extends it.
    let sign = sse2._mm_set1_epi8(8);
    sse2._mm_sub_epi8(sse2._mm_xor_si128(codes, sign), sign)
}

impl Lanes for V3 {
    type Floats = [__m256; 2];

    #[inline(always)]
    fn splat(self, value: f32) -> [__m256; 2] {
        [self.avx._mm256_set1_ps(value); 2]
    }

    #[inline(always)]
    fn load(self, values: &[f32; LANES]) -> [__m256; 2] {
        cast(*values)
    }

    #[inline(always)]
    fn stored(self, values: [__m256; 2]) -> [f32; LANES] {
        cast(values)
    }

    #[inline(always)]
    fn add(self, x: [__m256; 2], y: [__m256; 2]) -> [__m256; 2] {
        [
            self.avx._mm256_add_ps(x[0], y[0]),
            self.avx._mm256_add_ps(x[1], y[1]),
        ]
    }

    #[inline(always)]
    fn sub(self, x: [__m256; 2], y: [__m256; 2]) -> [__m256; 2] {
        [
            self.avx._mm256_sub_ps(x[0], y[0]),
            self.avx._mm256_sub_ps(x[1], y[1]),
        ]
    }

    #[inline(always)]
    fn mul(self, x: [__m256; 2], y: [__m256; 2]) -> [__m256; 2] {
        [
            self.avx._mm256_mul_ps(x[0], y[0]),
            self.avx._mm256_mul_ps(x[1], y[1]),
        ]
    }

    #[inline(always)]
    fn float16(self, bits: &[u16; LANES]) -> [__m256; 2] {
        let [low, high]: [__m128i; 2] = cast(*bits);
        [
            widened(self, self.avx2._mm256_cvtepi16_epi32(low)),
            widened(self, self.avx2._mm256_cvtepi16_epi32(high)),
        ]
    }

    #[inline(always)]
    fn finite16(self, bits: &[u16; LANES]) -> [__m256; 2] {
        let halves: [__m128i; 2] = cast(*bits);
        let [low, high] = halves.map(
            #[inline(always)]
            |half| self.avx2._mm256_cvtepi16_epi32(half),
        );
        [
            signed_as(self, low, magnitude(self, low)),
            signed_as(self, high, magnitude(self, high)),
        ]
    }

    #[inline(always)]
    fn bfloat16(self, bits: &[u16; LANES]) -> [__m256; 2] {
        let [low, high]: [__m128i; 2] = cast(*bits);
        let (avx, avx2) = (self.avx, self.avx2);
        let low = avx2._mm256_slli_epi32::<16>(avx2._mm256_cvtepu16_epi32(low));
        let high = avx2._mm256_slli_epi32::<16>(avx2._mm256_cvtepu16_epi32(high));
        [avx._mm256_castsi256_ps(low), avx._mm256_castsi256_ps(high)]
    }

    #[inline(always)]
    fn int8(self, codes: &[u8; LANES]) -> [__m256; 2] {
        let (avx, avx2) = (self.avx, self.avx2);
        eights(self.sse2, codes).map(
            #[inline(always)]
            |codes| avx._mm256_cvtepi32_ps(avx2._mm256_cvtepi8_epi32(codes)),
        )
    }

    #[inline(always)]
    fn uint8(self, codes: &[u8; LANES]) -> [__m256; 2] {
        let (avx, avx2) = (self.avx, self.avx2);
        eights(self.sse2, codes).map(
            #[inline(always)]
            |codes| avx._mm256_cvtepi32_ps(avx2._mm256_cvtepu8_epi32(codes)),
        )
    }

    #[inline(always)]
    fn int4(self, pairs: &[u8; LANES / 2]) -> [__m256; 2] {
        signed(self, sign_extended(self.sse2, nibbles(self.sse2, pairs)))
    }

    #[inline(always)]
    fn uint4(self, pairs: &[u8; LANES / 2]) -> [__m256; 2] {
        unsigned(self, nibbles(self.sse2, pairs))
    }
}
