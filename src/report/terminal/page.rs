//! A page for a terminal: a heading, then sections of fields, columns and paragraphs.

use std::fmt::Write as _;

use anstyle::Style;

use super::{
    ACCENT, Columns, DIM, PLAIN, STRONG, painted, safe, shortened, width, with_code, wrapped,
};

/// Columns of a field's label, where no longer ones are to come.
const LABEL: usize = 14;
/// Columns before everything in a section.
const INDENT: usize = 2;
/// Narrowest and widest page; text wider than that is hard to read.
const WIDTHS: (usize, usize) = (48, 110);

/// A page under construction.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    width: usize,
    label: usize,
}

impl Page {
    /// An empty page for a terminal of that many columns.
    pub(crate) fn new(columns: u16) -> Page {
        Page {
            text: String::new(),
            width: usize::from(columns).clamp(WIDTHS.0, WIDTHS.1),
            label: LABEL,
        }
    }

    /// Makes room for labels of that many columns, from here on.
    pub(crate) fn labels(&mut self, columns: usize) {
        self.label = columns.max(LABEL);
    }

    /// The page, with ANSI codes.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// True while nothing is on it.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Columns inside a section.
    pub(crate) fn inner(&self) -> usize {
        self.width - INDENT
    }

    /// The page's title with a remark at the right edge, and a line below.
    pub(crate) fn heading(&mut self, title: &str, remark: &str, below: &str) {
        let remark = safe(remark);
        let room = self.width.saturating_sub(width(&remark) + 2).max(16);
        let title = safe(title);
        let title = shortened(&title, room);
        let gap = self
            .width
            .saturating_sub(width(&title) + width(&remark))
            .max(2);
        self.line(&format!(
            "{}{}{}",
            painted(STRONG, &title),
            " ".repeat(gap),
            painted(DIM, &remark)
        ));
        if !below.is_empty() {
            let below = safe(below);
            self.line(&painted(DIM, &shortened(&below, self.width)));
        }
    }

    /// A section's title, and a rule to the right edge.
    pub(crate) fn section(&mut self, title: &str) {
        let rule = "─".repeat(self.width.saturating_sub(width(title) + 1));
        let title = painted(ACCENT.bold(), title);
        self.line("");
        self.line(&format!("{title} {}", painted(DIM, &rule)));
    }

    /// A label and its value, wrapped beside it.
    pub(crate) fn field(&mut self, label: &str, value: &str) {
        self.field_in(PLAIN, label, value);
    }

    /// A label and its value in a style.
    pub(crate) fn field_in(&mut self, style: Style, label: &str, value: &str) {
        let room = self.inner().saturating_sub(self.label + 2);
        let value = safe(value);
        for (place, line) in wrapped(&value, room).iter().enumerate() {
            let label = if place == 0 { label } else { "" };
            let gap = " ".repeat(self.label.saturating_sub(width(label)) + 2);
            let label = painted(DIM, label);
            let line = painted(style, &shortened(line, room));
            self.line(&format!("  {label}{gap}{line}"));
        }
    }

    /// A label and its value, unless there is none.
    pub(crate) fn optional(&mut self, label: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.field(label, value);
        }
    }

    /// A mark, a label, and an explanation wrapped beside them; what stands between backticks is painted as code.
    pub(crate) fn marked(&mut self, style: Style, mark: &str, label: &str, text: &str) {
        let margin = INDENT + width(mark) + 1 + self.label + 2;
        let gap = " ".repeat(self.label.saturating_sub(width(label)) + 2);
        let first = format!("  {} {label}{gap}", painted(style, mark));
        let mut open = false;
        for (place, line) in wrapped(&safe(text), self.width.saturating_sub(margin))
            .iter()
            .enumerate()
        {
            let line = with_code(line, &mut open);
            let start = if place == 0 {
                first.clone()
            } else {
                " ".repeat(margin)
            };
            self.line(&format!("{start}{line}"));
        }
    }

    /// A small title inside a section, and a remark.
    pub(crate) fn part(&mut self, title: &str, remark: &str) {
        let title = safe(title);
        let title = painted(STRONG, &shortened(&title, self.inner()));
        let remark = match remark {
            "" => String::new(),
            remark => format!("  {}", painted(DIM, &safe(remark))),
        };
        self.line(&format!("  {title}{remark}"));
    }

    /// Rows that line up.
    pub(crate) fn columns(&mut self, columns: &Columns) {
        for line in columns.lines(self.inner()) {
            self.line(&format!("  {line}"));
        }
    }

    /// A wrapped paragraph; what stands between backticks is painted as code.
    pub(crate) fn paragraph(&mut self, indent: usize, text: &str) {
        let margin = " ".repeat(INDENT + indent);
        let mut open = false;
        for line in wrapped(&safe(text), self.inner().saturating_sub(indent)) {
            let line = with_code(&line, &mut open);
            self.line(&format!("{margin}{line}"));
        }
    }

    /// A command, never broken, so that it can be copied.
    pub(crate) fn command(&mut self, indent: usize, command: &str) {
        let margin = " ".repeat(INDENT + indent);
        let command = painted(ACCENT, &safe(command));
        self.line(&format!("{margin}{}{command}", painted(DIM, "$ ")));
    }

    /// A hint in a quiet style.
    pub(crate) fn remark(&mut self, text: &str) {
        for line in wrapped(&safe(text), self.inner()) {
            self.line(&format!("  {}", painted(DIM, &line)));
        }
    }

    /// One line as it is.
    pub(crate) fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{text}");
    }
}
