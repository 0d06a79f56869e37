//! Floats of eight and four bits, as the OCP formats define them.

use crate::model::DType;

/// The value that a stored byte (or nibble) stands for.
pub(super) fn decode(dtype: DType, bits: u8) -> f32 {
    match dtype {
        DType::Float8E4M3FN if bits & 0x7f == 0x7f => f32::NAN,
        DType::Float8E4M3FN => minifloat(bits, 4, 3, 7),
        DType::Float8E5M2 => half::f16::from_bits(u16::from(bits) << 8).to_f32(),
        DType::Float8E8M0FNU if bits == 0xff => f32::NAN,
        DType::Float8E8M0FNU => f32::from_bits(match bits {
            0 => 0x0040_0000,
            exponent => u32::from(exponent) << 23,
        }),
        _ => minifloat((bits & 7) | ((bits & 8) << 4), 2, 1, 1),
    }
}

/// Sign in the highest bit of the byte, then exponent and significand at its lower end.
fn minifloat(bits: u8, exponent_bits: u32, significand_bits: u32, bias: i32) -> f32 {
    let significand = u32::from(bits) & ((1 << significand_bits) - 1);
    let exponent = (u32::from(bits) >> significand_bits) & ((1 << exponent_bits) - 1);
    let unit = 1.0 / (1_u32 << significand_bits) as f32;
    let fraction = significand as f32 * unit;
    // Both are small, so the power is exact.
    let magnitude = match exponent {
        0 => fraction * 2_f32.powi(1 - bias),
        exponent => (1.0 + fraction) * 2_f32.powi(exponent as i32 - bias),
    };
    if bits & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }
}

/// The nearest value of the type, ties to even significand; beyond the greatest it saturates, where the type has no
/// infinity.
pub(super) fn round(dtype: DType, value: f32) -> f32 {
    if value.is_nan() {
        return value;
    }
    let codes: u8 = match dtype {
        DType::Float4E2M1FN => 7,
        DType::Float8E4M3FN => 0x7e,
        DType::Float8E5M2 => 0x7c,
        _ => 0xfe,
    };
    // The codes are in the order of their values.
    let magnitude = value.abs();
    let (mut low, mut high) = (0_u8, codes);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if decode(dtype, middle) <= magnitude {
            low = middle;
        } else {
            high = middle;
        }
    }
    let (below, above) = (decode(dtype, low), decode(dtype, high));
    // The step to infinity is as wide as the one before it.
    let top = if above.is_infinite() {
        below + (below - decode(dtype, low.saturating_sub(1)))
    } else {
        above
    };
    let nearest = match (magnitude - below).partial_cmp(&(top - magnitude)) {
        Some(std::cmp::Ordering::Less) => below,
        Some(std::cmp::Ordering::Equal) if low % 2 == 0 => below,
        _ => above,
    };
    nearest.copysign(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_are_decoded() {
        let e4m3 = |bits| decode(DType::Float8E4M3FN, bits);
        assert_eq!(
            (e4m3(0x7e), e4m3(0x08), e4m3(0x01), e4m3(0xb8)),
            (448.0, 0.015_625, 0.001_953_125, -1.0)
        );
        assert!(e4m3(0x7f).is_nan());
        let e5m2 = |bits| decode(DType::Float8E5M2, bits);
        assert_eq!(
            (e5m2(0x7b), e5m2(0x3c), e5m2(0x7c)),
            (57344.0, 1.0, f32::INFINITY)
        );
        let e2m1: Vec<_> = (0..16)
            .map(|bits| decode(DType::Float4E2M1FN, bits))
            .collect();
        let positive = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0];
        assert_eq!(e2m1[..8], positive);
        assert_eq!(e2m1[8..], positive.map(|value| -value));
        assert_eq!(decode(DType::Float8E8M0FNU, 127), 1.0);
        assert_eq!(decode(DType::Float8E8M0FNU, 0), 2_f32.powi(-127));
    }

    #[test]
    fn every_value_rounds_to_itself_and_a_middle_to_even() {
        for dtype in [DType::Float8E4M3FN, DType::Float8E5M2, DType::Float4E2M1FN] {
            for bits in 0..=u8::MAX {
                let value = decode(dtype, bits);
                if value.is_finite() {
                    assert_eq!(round(dtype, value), value, "{dtype} {bits:#x}");
                }
            }
        }
        assert_eq!(round(DType::Float4E2M1FN, 2.5), 2.0);
        assert_eq!(round(DType::Float4E2M1FN, 3.5), 4.0);
        assert_eq!(round(DType::Float4E2M1FN, -9.0), -6.0);
        assert_eq!(round(DType::Float8E5M2, 70_000.0), f32::INFINITY);
        assert_eq!(round(DType::Float8E5M2, 60_000.0), 57344.0);
    }
}
