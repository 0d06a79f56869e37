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

    /// As it is shown in so many columns.
    fn cut(&self, columns: usize) -> Cell {
        Cell {
            text: shortened(&self.text, columns).into_owned(),
            ..self.clone()
        }
    }

    /// For the table to lay out.
    fn laid(&self) -> comfy_table::Cell {
        let alignment = match self.right {
            true => comfy_table::CellAlignment::Right,
            false => comfy_table::CellAlignment::Left,
        };
        comfy_table::Cell::new(&self.text).set_alignment(alignment)
    }
}

/// A laid-out line with each cell's text in the cell's style: what stands between one text and the next is blank.
fn painted_row(line: &str, row: &[Cell]) -> String {
    let mut rest = line.trim_end();
    let mut shown = String::new();
    for cell in row.iter().filter(|cell| !cell.text.trim().is_empty()) {
        if let Some((blank, after)) = rest.split_once(cell.text.trim_end()) {
            shown.push_str(blank);
            shown.push_str(&painted(cell.style, cell.text.trim_end()));
            rest = after;
        }
    }
    shown.push_str(rest);
    shown
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
        let cut = |row: &Vec<Cell>| -> Vec<Cell> {
            let cells = row.iter().zip(&widths);
            cells.map(|(cell, width)| cell.cut(*width)).collect()
        };
        let rows: Vec<Vec<Cell>> = self.rows.iter().map(cut).collect();
        for row in &rows {
            table.add_row(row.iter().map(Cell::laid));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let laid = table.lines();
        laid.zip(&rows)
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
    use super::super::BAD;
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
    #[test]
    fn paint_goes_where_the_text_went_and_nowhere_else() {
        let red = |text: &str| painted(BAD, text);
        let mut columns = Columns::default();
        columns.row([
            Cell::plain("aa"),
            Cell::new(BAD, "a"),
            Cell::number("1").styled(BAD),
        ]);
        columns.row([
            Cell::plain(""),
            Cell::new(BAD, "  e\u{301} 7"),
            Cell::number("12"),
        ]);
        columns.row([Cell::new(BAD, ""), Cell::plain("bb")]);
        let wanted = [
            format!("aa  {}       {}", red("a"), red("1")),
            format!("    {}  12", red("  e\u{301} 7")),
            "    bb".to_owned(),
        ];
        assert_eq!(columns.lines(40), wanted);
    }
}
