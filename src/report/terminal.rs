//! Text for a terminal: escaping, numbers, wrapping, aligned columns.
//!
//! Colour is written as ANSI codes and taken out again by the stream that does not want it. A width is always in
//! columns of the terminal, not in bytes.

use std::borrow::Cow;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

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

/// Control characters; marks and overrides of writing direction; line and paragraph separators; invisible joiners.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

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

/// One cell of [`Columns`].
#[derive(Debug, Clone)]
pub struct Cell {
    text: String,
    style: Style,
    right: bool,
}

impl Cell {
    /// Text in a style; made safe.
    pub fn new(style: Style, text: &str) -> Cell {
        Cell {
            text: safe(text).into_owned(),
            style,
            right: false,
        }
    }

    /// Plain text.
    pub fn plain(text: &str) -> Cell {
        Cell::new(PLAIN, text)
    }

    /// A number, at the right edge of its column.
    pub fn number(text: &str) -> Cell {
        Cell {
            right: true,
            ..Cell::plain(text)
        }
    }

    /// The same in another style.
    pub fn styled(self, style: Style) -> Cell {
        Cell { style, ..self }
    }

    /// Its text, cut to fit, for the table to place.
    fn laid(&self, columns: usize) -> comfy_table::Cell {
        let text = shortened(&self.text, columns);
        let alignment = match self.right {
            true => comfy_table::CellAlignment::Right,
            false => comfy_table::CellAlignment::Left,
        };
        comfy_table::Cell::new(format!("{EDGE}{text}{EDGE}")).set_alignment(alignment)
    }
}

/// Stands around each cell's text while rows are laid out, so that paint goes where the text went. No cell's own text has
/// it: it is a format character, and [`safe`] makes those visible.
const EDGE: char = '\u{2060}';

/// A laid-out line with each cell's text in the cell's style.
fn painted_row(line: &str, row: &[Cell]) -> String {
    let mut parts = line.trim_end().split(EDGE);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for cell in row {
        match parts.next().unwrap_or_default() {
            "" => {}
            text => shown.push_str(&painted(cell.style, text)),
        }
        shown.push_str(parts.next().unwrap_or_default());
    }
    shown.trim_end().to_owned()
}

/// Rows whose cells line up, two columns apart.
#[derive(Debug, Default)]
pub struct Columns {
    rows: Vec<Vec<Cell>>,
}

impl Columns {
    /// Adds a row.
    pub fn row(&mut self, cells: impl Into<Vec<Cell>>) -> &mut Columns {
        self.rows.push(cells.into());
        self
    }

    /// True if there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The lines, at most `columns` wide: the widest columns are cut until all fit, none below eight.
    pub fn lines(&self, columns: usize) -> Vec<String> {
        let widths = self.widths(columns);
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        for row in &self.rows {
            table.add_row(
                row.iter()
                    .zip(&widths)
                    .map(|(cell, width)| cell.laid(*width)),
            );
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let laid = table.lines();
        laid.zip(&self.rows)
            .map(|(line, row)| painted_row(&line, row))
            .collect()
    }

    fn widths(&self, columns: usize) -> Vec<usize> {
        const LEAST: usize = 8;
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (widest, cell) in widths.iter_mut().zip(row) {
                // Whatever is wider than the page is cut to it anyway.
                let width = if cell.text.len() > 8 * columns {
                    columns
                } else {
                    width(&cell.text)
                };
                *widest = (*widest).max(width);
            }
        }
        loop {
            let gaps = 2 * widths.len().saturating_sub(1);
            let over = (widths.iter().sum::<usize>() + gaps).saturating_sub(columns);
            match widths.iter_mut().max() {
                Some(widest) if over > 0 && *widest > LEAST => *widest -= 1,
                _ => return widths,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(safe("a\u{1b}[31mb\n\u{202e}"), "a\\u{1b}[31mb\\n\\u{202e}");
        assert!(matches!(safe("größe ×"), Cow::Borrowed(_)));
    }

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

    #[test]
    fn code_is_painted_across_lines() {
        let mut open = false;
        let code = painted(ACCENT, "b");
        assert_eq!(with_code("a `b", &mut open), format!("a {code}"));
        assert_eq!(with_code("b` c", &mut open), format!("{code} c"));
    }

    #[test]
    fn columns_line_up_and_fit() {
        let mut columns = Columns::default();
        columns.row([Cell::plain("a"), Cell::number("5"), Cell::plain("x")]);
        columns.row([
            Cell::plain("long name"),
            Cell::number("50"),
            Cell::plain(""),
        ]);
        let plain = |lines: Vec<String>| lines.join("\n");
        assert_eq!(plain(columns.lines(80)), "a           5  x\nlong name  50");
        columns.row([
            Cell::plain(&"n".repeat(100)),
            Cell::number("1"),
            Cell::plain("y"),
        ]);
        assert!(columns.lines(30).iter().all(|line| width(line) <= 30));
    }
}
