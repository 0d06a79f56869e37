//! Numbers and lines of text.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A number with its thousands separated: `100,352`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in decimal units with three digits: `8,192 B`, `33.6 MB`, `1.70 GB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 10_000 {
        return format!("{} B", count(bytes));
    }
    let mut value = bytes as f64 / 1e3;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1e3;
        unit += 1;
    }
    let decimals = match value {
        value if value < 9.995 => 2,
        value if value < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {}", UNITS[unit])
}

/// `1 function`, `2 functions`.
pub fn plural(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(number))
}

/// Columns the text takes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text if it fits, else its beginning and end around an ellipsis.
pub fn shortened(text: &str, columns: usize) -> Cow<'_, str> {
    // A text of megabytes is not measured to its end.
    if text.len() <= columns || (text.len() <= 8 * columns && width(text) <= columns) {
        return Cow::Borrowed(text);
    }
    let room = columns.saturating_sub(1);
    let head = prefix(text.chars(), room - room / 3);
    let tail: String = prefix(text.chars().rev(), room / 3).chars().rev().collect();
    Cow::Owned(format!("{head}…{tail}"))
}

fn prefix(chars: impl Iterator<Item = char>, columns: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= columns
        })
        // Marks without a width could go on for ever.
        .take(4 * columns)
        .collect()
}

/// Lines of at most that many columns, broken at spaces; a longer word stands alone, unbroken.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        let numbers = [0, 12, 999, 1000, 100_352, 1_698_798_094];
        let texts = numbers.map(count);
        assert_eq!(
            texts,
            ["0", "12", "999", "1,000", "100,352", "1,698,798,094"]
        );
    }

    #[test]
    fn sizes_have_three_digits() {
        let sizes = [
            0,
            9_999,
            10_000,
            999_499,
            999_500,
            33_554_432,
            1_698_798_094,
            u64::MAX,
        ];
        let texts = sizes.map(size);
        let expected = [
            "0 B", "9,999 B", "10.0 kB", "999 kB", "1.00 MB", "33.6 MB", "1.70 GB", "18447 PB",
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn long_text_keeps_its_ends() {
        assert_eq!(shortened("abcdefghij", 10), "abcdefghij");
        assert_eq!(shortened("abcdefghijk", 7), "abcd…jk");
        assert_eq!(width(&shortened(&"漢".repeat(100), 9)), 9);
        assert_eq!(width(&shortened(&"x".repeat(1 << 20), 20)), 20);
        assert_eq!(shortened("abc", 0), "…");
    }

    #[test]
    fn words_are_wrapped_and_never_broken() {
        assert_eq!(wrapped("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrapped("aaaaaaa b", 3), ["aaaaaaa", "b"]);
        assert_eq!(wrapped("", 3), [""]);
    }
}
