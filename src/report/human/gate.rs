//! The page of `gate`.

use crate::gate::{Comparison, Mode};
use crate::report::terminal::{BAD, Cell, Columns, DIM, GOOD, NOTABLE, Page, STRONG, painted};

/// What stands in the columns of ids: texts of tokens, where there is a tokenizer.
pub type TokenText<'a> = &'a dyn Fn(u32) -> String;

/// The whole page.
pub fn page(
    gate: &Comparison,
    bundle: &str,
    oracle: &str,
    shown: TokenText<'_>,
    columns: u16,
) -> String {
    let mut page = Page::new(columns);
    page.heading(bundle, gate.mode.word(), &format!("against {oracle}"));
    page.section("positions");
    let mut table = Columns::default();
    table.row(
        ["", "at", "oracle", "bundle", "oracle's margin", "margin"]
            .map(|title| Cell::new(DIM, title)),
    );
    for position in &gate.positions {
        let (style, sign) = match (position.agrees(), position.counted) {
            (true, _) => (GOOD, "✓"),
            (false, true) => (BAD, "✗"),
            (false, false) => (NOTABLE, "·"),
        };
        let margin = position
            .oracle_margin
            .map_or_else(|| "-".to_owned(), |margin| format!("{margin:.4}"));
        table.row([
            Cell::new(style, sign),
            Cell::number(&position.position.to_string()),
            Cell::plain(&shown(position.expected)),
            Cell::new(
                if position.agrees() { DIM } else { STRONG },
                &shown(position.got),
            ),
            Cell::number(&margin),
            Cell::number(&format!("{:.4}", position.margin)),
        ]);
    }
    page.columns(&table);
    if let Some(distance) = gate.distance {
        page.section("distance");
        page.field("largest difference", &format!("{:.4}", distance.largest));
        page.field(
            "mean divergence",
            &format!("{:.6} nats", distance.divergence),
        );
        page.field(
            "largest divergence",
            &format!("{:.6} nats", distance.largest_divergence),
        );
    }
    page.section("verdict");
    let (agree, counted) = gate.tally();
    let (style, word) = if gate.passes() {
        (GOOD, "passes")
    } else {
        (BAD, "fails")
    };
    let rest = gate.positions.len() - counted;
    let left_out = match (gate.mode, rest) {
        (_, 0) => String::new(),
        (Mode::Free, rest) => format!(", {rest} behind a tie or a divergence not counted"),
        (_, rest) => format!(", {rest} at which the oracle is in doubt not counted"),
    };
    page.line(&format!(
        "  {}: {agree} of {counted} agree{left_out}",
        painted(style.bold(), word)
    ));
    page.finish()
}
