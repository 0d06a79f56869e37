//! JSON from strangers: bounded before a tree is built of it, and whole numbers as the engine's decoder reads them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::Value;

/// How much JSON is read into a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Values of any kind and at any depth.
    pub values: usize,
}

/// Deepest nesting read; the parser's own limit.
pub const MAX_DEPTH: usize = 128;

impl Limits {
    /// A bundle's or an asset's `metadata.json`: real ones have a few thousand bytes and below a hundred values.
    pub const MANIFEST: Limits = Limits {
        bytes: 16 << 20,
        values: 1 << 16,
    };
    /// A tokenizer's configuration, or a transcript: the longest known one lists 29 thousand tokens of seven values.
    pub const DOCUMENT: Limits = Limits {
        bytes: 16 << 20,
        values: 1 << 19,
    };
}

/// True if a JSON text holds more values than the limit, seen without building any of them.
///
/// The scan ends where the text is nested too deeply, as the parser does, which then says so.
pub fn exceeds(text: &str, limits: Limits) -> bool {
    let (mut count, mut depth) = (1, 0_usize);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            // Every value but the root follows one of these.
            b',' => count += 1,
            b'[' | b'{' => {
                count += 1;
                depth += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return false;
        }
        if count > limits.values {
            return true;
        }
    }
    false
}

/// Passes over the rest of a string.
fn skip_string(bytes: &mut std::str::Bytes<'_>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => return,
            _ => {}
        }
    }
}

/// The whole number a JSON value is to the engine, whose decoder takes any spelling of one: `7`, `7.0`, `70e-1`, `-0`.
///
/// `None` for everything its decoder refuses as a 64-bit integer: fractions, what lies outside the range, text.
///
/// Source: the integer decoding of Foundation's `JSONDecoder`. Digits alone are read exactly; other spellings as a
/// double, which counts where it is whole and below 2^53 in magnitude; beyond that as a decimal.
pub fn integer(value: &Value) -> Option<i64> {
    let Value::Number(number) = value else {
        return None;
    };
    let text = number.to_string();
    if let Ok(whole) = text.parse() {
        return Some(whole);
    }
    /// From here on a double no longer tells neighbouring integers apart.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let double: f64 = text.parse().ok()?;
    if double.fract() != 0.0 || !double.is_finite() {
        return None;
    }
    if double.abs() < EXACT {
        // Whole and below 2^53, so it fits.
        return Some(double as i64);
    }
    decimal(&text)
}

/// The same for what cannot be below zero: sizes, ids.
pub fn natural(value: &Value) -> Option<u64> {
    u64::try_from(integer(value)?).ok()
}

/// The exact value of a decimal number that is whole and fits.
fn decimal(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let shift = usize::try_from(exponent.checked_sub(fraction.len() as i64)?).ok()?;
    // More digits than any 64-bit number has; zeros in front aside, it cannot fit.
    if shift > 20 {
        return None;
    }
    format!("{sign}{whole}{fraction}{}", "0".repeat(shift))
        .parse()
        .ok()
}

/// A natural number in a document that is not read into a tree; any spelling of it, as [`integer`] reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Natural(pub u64);

impl<'de> Deserialize<'de> for Natural {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Natural, D::Error> {
        deserializer.deserialize_u64(NaturalVisitor)
    }
}

struct NaturalVisitor;

impl Visitor<'_> for NaturalVisitor {
    type Value = Natural;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number that is not negative")
    }

    fn visit_u64<E>(self, number: u64) -> Result<Natural, E> {
        Ok(Natural(number))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Natural, E> {
        u64::try_from(number)
            .map(Natural)
            .map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(number), &self))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Natural, E> {
        let whole =
            serde_json::Number::from_f64(number).and_then(|number| natural(&Value::Number(number)));
        whole
            .map(Natural)
            .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Float(number), &self))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<i64> {
        integer(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn every_spelling_of_a_whole_number_is_one() {
        for text in [
            "7",
            "7.0",
            "7e0",
            "70e-1",
            "0.7E+1",
            "7.000",
            "7.0000000000000000001",
        ] {
            assert_eq!(read(text), Some(7), "{text}");
        }
        for text in ["0", "-0", "-0.0", "0e9", "-0E-1"] {
            assert_eq!(read(text), Some(0), "{text}");
        }
        assert_eq!(read("-4096.0"), Some(-4096));
        assert_eq!(read("9007199254740993"), Some(9_007_199_254_740_993));
        assert_eq!(read("9007199254740993.0"), Some(9_007_199_254_740_993));
        assert_eq!(read("1e18"), Some(1_000_000_000_000_000_000));
        assert_eq!(read("9223372036854775807"), Some(i64::MAX));
    }

    #[test]
    fn what_is_no_64_bit_integer_is_none() {
        for text in [
            "7.5",
            "1e-1",
            "1e19",
            "1e400",
            "-1e400",
            "9223372036854775808",
            "100000000000000000000000",
            "\"7\"",
            "true",
            "null",
            "[7]",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(natural(&serde_json::json!(-1)), None);
    }

    #[test]
    fn ids_are_read_in_any_spelling() {
        let ids: Vec<Natural> = serde_json::from_str("[3, 3.0, 30e-1, -0.0]").unwrap();
        assert_eq!(ids, [3, 3, 3, 0].map(Natural));
        for bad in ["[-1]", "[0.5]", "[\"3\"]", "[1e300]"] {
            assert!(serde_json::from_str::<Vec<Natural>>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn values_are_counted_outside_strings() {
        let limits = |values| Limits { bytes: 0, values };
        for (text, most) in [
            ("7", 1),
            (r#"{"a,[": "}\",\\", "b": [1, 2]}"#, 5),
            ("[[],{}]", 5),
            (r#""[,,,,"#, 1),
        ] {
            assert!(!exceeds(text, limits(most)), "{text}");
            assert!(exceeds(text, limits(most / 2)), "{text}");
        }
        // Too deep is the parser's to say.
        assert!(!exceeds(&"[".repeat(100_000), limits(1000)));
    }
}
