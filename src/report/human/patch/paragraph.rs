//! Words and lines the pages share.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::report::terminal::{self, safe};

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();

/// Digits of a commit id shown.
const SHORT_ID: usize = 10;
/// Columns a paragraph has at least, however narrow the terminal.
const NARROWEST: usize = 20;

/// The text broken at spaces, every line behind the indent.
pub(super) fn wrapped(out: &mut dyn Write, width: u16, indent: &str, text: &str) -> io::Result<()> {
    let room = usize::from(width)
        .saturating_sub(indent.len())
        .max(NARROWEST);
    let lines = terminal::wrapped(&plain(text), room);
    lines
        .iter()
        .try_for_each(|line| writeln!(out, "{indent}{line}"))
}

/// The text made safe; a tab becomes four spaces.
pub(super) fn plain(text: &str) -> String {
    safe(&text.replace('\t', "    ")).into_owned()
}

/// A count and its noun.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A commit's id, as far as people read it.
pub(super) fn short(id: git2::Oid) -> String {
    id.to_string()[..SHORT_ID].to_owned()
}

/// What is not done, and why, one sentence each.
pub(super) fn refusal(
    out: &mut dyn Write,
    width: u16,
    what: &str,
    problems: &[String],
) -> io::Result<()> {
    let red = AnsiColor::Red.on_default().bold();
    writeln!(out, "{red}{what}{red:#}")?;
    problems
        .iter()
        .try_for_each(|problem| wrapped(out, width, "  ", problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_wrote_cannot_steer_the_terminal() {
        assert_eq!(
            plain("a\tb\u{1b}[31m\u{202e}"),
            "a    b\\u{1b}[31m\\u{202e}"
        );
    }
}
