//! [`Lanes`] in one register of 512 bits: every x86-64 processor with AVX-512.

use std::arch::x86_64::{__m128i, __m256i, __m512, __m512i};

use pulp::cast;
use pulp::x86::V4;

use super::avx2::{nibbles, sign_extended};
use super::lanes::{LANES, Lanes};

#[inline(always)]
fn floats(simd: V4, words: __m512i) -> __m512 {
    simd.avx512f._mm512_cvtepi32_ps(words)
}

impl Lanes for V4 {
    type Floats = __m512;

    #[inline(always)]
    fn splat(self, value: f32) -> __m512 {
        self.avx512f._mm512_set1_ps(value)
    }

    #[inline(always)]
    fn load(self, values: &[f32; LANES]) -> __m512 {
        cast(*values)
    }

    #[inline(always)]
    fn stored(self, values: __m512) -> [f32; LANES] {
        cast(values)
    }

    #[inline(always)]
    fn add(self, x: __m512, y: __m512) -> __m512 {
        self.avx512f._mm512_add_ps(x, y)
    }

    #[inline(always)]
    fn sub(self, x: __m512, y: __m512) -> __m512 {
        self.avx512f._mm512_sub_ps(x, y)
    }

    #[inline(always)]
    fn mul(self, x: __m512, y: __m512) -> __m512 {
        self.avx512f._mm512_mul_ps(x, y)
    }

    #[inline(always)]
    fn float16(self, bits: &[u16; LANES]) -> __m512 {
        let bits: __m256i = cast(*bits);
        self.avx512f._mm512_cvtph_ps(bits)
    }

    #[inline(always)]
    fn bfloat16(self, bits: &[u16; LANES]) -> __m512 {
        let bits = self.avx512f._mm512_cvtepu16_epi32(cast(*bits));
        let words = self.avx512f._mm512_slli_epi32::<16>(bits);
        self.avx512f._mm512_castsi512_ps(words)
    }

    #[inline(always)]
    fn int8(self, codes: &[u8; LANES]) -> __m512 {
        let codes: __m128i = cast(*codes);
        floats(self, self.avx512f._mm512_cvtepi8_epi32(codes))
    }

    #[inline(always)]
    fn uint8(self, codes: &[u8; LANES]) -> __m512 {
        let codes: __m128i = cast(*codes);
        floats(self, self.avx512f._mm512_cvtepu8_epi32(codes))
    }

    #[inline(always)]
    fn int4(self, pairs: &[u8; LANES / 2]) -> __m512 {
        let codes = sign_extended(self.sse2, nibbles(self.sse2, pairs));
        floats(self, self.avx512f._mm512_cvtepi8_epi32(codes))
    }

    #[inline(always)]
    fn uint4(self, pairs: &[u8; LANES / 2]) -> __m512 {
        let codes = nibbles(self.sse2, pairs);
        floats(self, self.avx512f._mm512_cvtepu8_epi32(codes))
    }
}
