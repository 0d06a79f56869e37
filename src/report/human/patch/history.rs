//! A stack over the engine's history.

use std::io::{self, Write};

use super::paragraph::{BOLD, DIM, counted, plain, short, wrapped};
use super::{mark, style};
use crate::checkout::capability::EraDefinition;
use crate::patch::judge::matrix::Matrix;
use crate::report::terminal::{Cell, Columns};

/// Which patch applies to which part of a history.
///
/// # Errors
/// The writer's.
pub fn matrix(
    out: &mut dyn Write,
    width: u16,
    path: &str,
    matrix: &Matrix,
    eras: &[EraDefinition],
) -> io::Result<()> {
    let count = counted(matrix.commits.len(), "commit", "commits");
    writeln!(out, "{BOLD}engine{BOLD:#}  {}, {count}", plain(path))?;
    for row in &matrix.rows {
        writeln!(out, "\n{BOLD}{}{BOLD:#}", plain(&row.patch))?;
        let mut columns = Columns::default();
        for range in &row.ranges {
            let (first, last) = (&matrix.commits[range.first], &matrix.commits[range.last]);
            let era = range
                .era
                .as_ref()
                .map_or("–".to_owned(), ToString::to_string);
            let state = format!("{} {}", mark(range.state), range.state);
            columns.row([
                Cell::plain(&era),
                Cell::new(style(range.state), &state),
                Cell::number(&range.commits().to_string()),
                Cell::plain(&format!("{}..{}", short(first.id), short(last.id))),
                Cell::plain(&format!("{} to {}", day(first.time), day(last.time))),
                Cell::new(DIM, &range.file),
            ]);
        }
        for line in columns.lines(usize::from(width).saturating_sub(2)) {
            writeln!(out, "  {line}")?;
        }
    }
    unknown(out, width, matrix, eras)?;
    let Some(first) = matrix.unread.first() else {
        return Ok(());
    };
    let count = counted(matrix.unread.len(), "commit", "commits");
    let verb = match matrix.unread.len() {
        1 => "is",
        _ => "are",
    };
    let text = format!(
        "{count} {verb} not judged, from {} on: {}.",
        short(first.id),
        plain(&first.reason)
    );
    writeln!(out)?;
    wrapped(out, width, "", &text)
}

/// What is not known of the eras that a history has.
fn unknown(
    out: &mut dyn Write,
    width: u16,
    matrix: &Matrix,
    eras: &[EraDefinition],
) -> io::Result<()> {
    let ranges = || matrix.rows.iter().flat_map(|row| &row.ranges);
    for era in eras.iter().filter(|era| !era.unknown.is_empty()) {
        if ranges().any(|range| range.era == Some(era.id)) {
            writeln!(out)?;
            let text = format!("Not known of {}: {}.", era.id, era.unknown);
            wrapped(out, width, "", &text)?;
        }
    }
    let count = matrix
        .commits
        .iter()
        .filter(|commit| commit.report.era.is_none())
        .count();
    if count > 0 && !eras.is_empty() {
        writeln!(out)?;
        let count = counted(count, "commit is", "commits are");
        wrapped(
            out,
            width,
            "",
            &format!("{count} of no era that this tool knows."),
        )?;
    }
    Ok(())
}

/// Which commits of a history the named patches apply to.
///
/// # Errors
/// The writer's.
pub fn elsewhere<'n>(
    out: &mut dyn Write,
    width: u16,
    matrix: &Matrix,
    names: impl Iterator<Item = &'n str>,
) -> io::Result<()> {
    writeln!(out)?;
    for name in names {
        let mut latest: Vec<_> = matrix.applies_to(name).collect();
        latest.reverse();
        let Some(range) = latest.first() else {
            let count = counted(matrix.commits.len(), "commit", "commits");
            let text = format!("`{name}` applies to none of the {count} looked at.");
            wrapped(out, width, "", &text)?;
            continue;
        };
        let (first, last) = (&matrix.commits[range.first], &matrix.commits[range.last]);
        let mut text = format!("`{name}` applies to {}", short(last.id));
        if range.first != range.last {
            text += &format!(" and back to {}", short(first.id));
        }
        text += &format!(" ({} to {})", day(first.time), day(last.time));
        let earlier: usize = latest[1..].iter().map(|range| range.commits()).sum();
        if earlier > 0 {
            text += &format!(", and to {} before", counted(earlier, "commit", "commits"));
        }
        wrapped(out, width, "", &(text + "."))?;
    }
    Ok(())
}

/// The day of a time in seconds since 1970, in UTC.
fn day(time: i64) -> String {
    // The civil calendar from days since 1970, in 400-year cycles that begin on a 1 March.
    let days = time.div_euclid(86_400) + 719_468;
    let (cycle, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (month, after) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!("{:04}-{month:02}-{date:02}", year + cycle * 400 + after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_of_the_civil_calendar() {
        for (time, expected) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (951_782_400, "2000-02-29"),
            (1_785_542_400, "2026-08-01"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(day(time), expected);
        }
    }
}
