//! Text of strangers, made fit for a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::visible::steers;

/// The text with control characters, and those that reorder text, written as escapes.
///
/// Newlines too: what is shown with this stays on its line.
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if is_unsafe(c) => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// What steers a terminal, and what takes no room: invisible joiners, annotations and tags.
fn is_unsafe(c: char) -> bool {
    steers(c)
        || matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(safe("a\u{1b}[31mb\n\u{202e}"), "a\\u{1b}[31mb\\n\\u{202e}");
        assert_eq!(
            safe("\u{9b}2J\u{61c}\u{e0041}"),
            "\\u{9b}2J\\u{61c}\\u{e0041}"
        );
        assert!(matches!(safe("größe ×"), Cow::Borrowed(_)));
    }
}
