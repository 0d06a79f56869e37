//! Columns that line up.

use anstyle::Style;

use super::{PLAIN, painted, safe, shortened, width};

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
