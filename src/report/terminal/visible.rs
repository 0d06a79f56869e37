//! The last gate before a stream: nothing that steers a terminal passes but the paint this program puts on.
//!
//! Pages make the text they quote safe as they lay it out; this holds for whatever they forget, and for documents, whose
//! own quoting leaves some of these characters as they are. They are written the way JSON escapes them, so that a document
//! stays one and says the same.

use std::borrow::Cow;
use std::fmt::Write as _;

/// True for control characters (C0, DEL, C1), separators of lines and paragraphs, and marks and overrides of writing
/// direction.
pub(super) fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The text with everything that steers a terminal written as an escape such as `\u001b`, except line ends, tabs and, with `paint`,
/// codes of colour and weight; without it those are taken out.
pub fn visible(text: &str, paint: bool) -> Cow<'_, str> {
    escaped(text, |code| match paint {
        true => code,
        false => "",
    })
}

/// Quoted text with everything that steers a terminal written as an escape, codes of colour too; line ends and tabs stay.
pub fn plain(text: &str) -> Cow<'_, str> {
    let text = escaped(text, |code| code);
    match text.contains('\u{1b}') {
        true => Cow::Owned(text.replace('\u{1b}', "\\u001b")),
        false => text,
    }
}

fn escaped<'a>(text: &'a str, code: impl Fn(&'a str) -> &'a str) -> Cow<'a, str> {
    let passes = |c: char| matches!(c, '\n' | '\t') || !steers(c);
    let Some(first) = text.find(|c| !passes(c)) else {
        return Cow::Borrowed(text);
    };
    let mut shown = String::with_capacity(text.len() + 16);
    shown.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(c) = rest.chars().next() {
        let length = painted(rest).unwrap_or(c.len_utf8());
        let (part, after) = rest.split_at(length);
        if length > c.len_utf8() {
            shown.push_str(code(part));
        } else if passes(c) {
            shown.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        }
        rest = after;
    }
    Cow::Owned(shown)
}

/// Bytes of the code of colour or weight the text begins with: `ESC [`, numbers, `m`.
fn painted(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("\u{1b}[")?;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
    rest[end..].starts_with('m').then_some(2 + end + 1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn paint_passes_or_goes_and_nothing_else_does() {
        let text =
            "\u{1b}[1;31mred\u{1b}[0m\tend\n\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}5n\u{202e}\u{7f}";
        let escaped = "\tend\n\\u001b[2J\\u001b]0;title\\u0007\\u009b5n\\u202e\\u007f";
        assert_eq!(
            visible(text, true),
            format!("\u{1b}[1;31mred\u{1b}[0m{escaped}")
        );
        assert_eq!(visible(text, false), format!("red{escaped}"));
        assert_eq!(visible("\u{1b}[31", true), "\\u001b[31");
        assert_eq!(plain(text), format!("\\u001b[1;31mred\\u001b[0m{escaped}"));
        assert!(matches!(visible("größe ×\n", false), Cow::Borrowed(_)));
    }

    #[test]
    fn a_document_says_the_same() {
        let value = "\u{9b}31m \u{7f} \u{202e} \u{1b}[31m \u{2028} 👩‍👩‍👧";
        let document = serde_json::to_string(value).unwrap();
        let shown = visible(&document, true);
        assert!(!shown.chars().any(steers), "{shown}");
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), value);
    }
}
