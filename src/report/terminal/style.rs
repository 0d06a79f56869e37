//! What text looks like.

use anstyle::{AnsiColor, Style};

/// Plain text.
pub const PLAIN: Style = Style::new();
/// What can be overlooked: labels, rules, hints.
pub const DIM: Style = Style::new().dimmed();
/// What a page is about.
pub const STRONG: Style = Style::new().bold();
/// Headings, commands.
pub const ACCENT: Style = AnsiColor::Cyan.on_default();
/// Fine.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Worth a look.
pub const NOTABLE: Style = AnsiColor::Yellow.on_default();
/// Wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// The text in a style.
pub fn painted(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// The text with what stands between backticks in a style of its own, and the backticks gone.
///
/// `open` says whether an earlier line left a backtick open, and is kept for the next.
pub fn with_code(text: &str, open: &mut bool) -> String {
    let mut painted_text = String::new();
    for (place, part) in text.split('`').enumerate() {
        if place > 0 {
            *open = !*open;
        }
        match *open {
            true if !part.is_empty() => painted_text.push_str(&painted(ACCENT, part)),
            _ => painted_text.push_str(part),
        }
    }
    painted_text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_painted_across_lines() {
        let mut open = false;
        let code = painted(ACCENT, "b");
        assert_eq!(with_code("a `b", &mut open), format!("a {code}"));
        assert_eq!(with_code("b` c", &mut open), format!("{code} c"));
    }
}
