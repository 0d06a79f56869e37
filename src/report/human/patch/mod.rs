//! Pages on the patch stack: where it stands, why, and what was done.

mod change;
mod history;
mod list;
mod paragraph;
mod verification;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::checkout::RepoPath;
use crate::patch::fit::explain::{DriftKind, HunkReport, HunkVerdict};
use crate::patch::judge::report::{CapabilityReport, FileReport, PatchReport, StackReport, State};
use crate::report::terminal::{Cell, Columns, shortened};
use paragraph::{BOLD, DIM, counted, plain, short, wrapped};

pub use change::{Ending, change, if_applied, kept, next, recovered, verdict};
pub use history::{elsewhere, matrix};
pub use list::list;
pub use verification::{shortcomings, verification};

/// Hunks explained for each file; the rest are counted.
const EXPLAINED_HUNKS: usize = 3;
/// Lines of an excerpt shown; the rest are counted.
const EXCERPT_LINES: usize = 14;
/// The checkout and the stack a page is about.
#[derive(Debug, Clone, Copy)]
pub struct StackHeading<'a> {
    /// The checkout, as given.
    pub path: &'a str,
    /// Its commit.
    pub head: Option<git2::Oid>,
    /// Files that differ from it by more than the stack's patches.
    pub edits: &'a [RepoPath],
    /// The era's title.
    pub era: Option<&'a str>,
    /// `built-in`, or the folder as given.
    pub source: &'a str,
}

/// Where every capability and every patch stands.
///
/// # Errors
/// The writer's.
pub fn status(
    out: &mut dyn Write,
    width: u16,
    heading: &StackHeading<'_>,
    report: &StackReport,
) -> io::Result<()> {
    self::heading(out, heading, report)?;
    writeln!(out)?;
    if report.capabilities.is_empty() {
        rows(out, width, report.patches.iter().map(patch_row).collect())?;
    } else {
        let row = |capability| capability_row(capability, report);
        rows(out, width, report.capabilities.iter().map(row).collect())?;
        reasons(out, width, report)?;
    }
    for patch in &report.patches {
        explanation(out, width, patch)?;
    }
    Ok(())
}

fn heading(
    out: &mut dyn Write,
    heading: &StackHeading<'_>,
    report: &StackReport,
) -> io::Result<()> {
    let at = at(heading.head, heading.edits);
    writeln!(out, "{BOLD}engine{BOLD:#}  {}{at}", plain(heading.path))?;
    if !report.capabilities.is_empty() {
        let era = match (report.era, heading.era) {
            (Some(era), Some(title)) => format!("{era}, {title}"),
            (Some(era), None) => era.to_string(),
            (None, _) => "not one this series knows".to_owned(),
        };
        writeln!(out, "{BOLD}era{BOLD:#}     {era}")?;
    }
    let count = report.patches.len();
    let plural = if count == 1 { "" } else { "es" };
    writeln!(
        out,
        "{BOLD}stack{BOLD:#}   {}, {count} patch{plural}",
        plain(heading.source)
    )
}

/// Where a checkout stands, to follow its name: the commit, and which files are edited.
pub(super) fn at(head: Option<git2::Oid>, edits: &[RepoPath]) -> String {
    let head = head.map_or(String::new(), |head| format!(" at {}", short(head)));
    let edits = match edits {
        [] => String::new(),
        [file] => format!(", edited in {}", plain(&file.shown())),
        [file, more @ ..] => format!(
            ", edited in {} and {}",
            plain(&file.shown()),
            counted(more.len(), "other file", "other files")
        ),
    };
    head + &edits
}

/// A line of the table: state, and what to write left and right of it.
struct Row {
    name: String,
    state: State,
    by: String,
    place: String,
}

fn capability_row(capability: &CapabilityReport, report: &StackReport) -> Row {
    let named = |patch: &&PatchReport| Some(&patch.name) == capability.patch.as_ref();
    let patch = report.patches.iter().find(named);
    Row {
        name: capability.id.to_string(),
        state: capability.state,
        by: match (&capability.patch, capability.state) {
            (_, State::Native) => "upstream".to_owned(),
            (_, State::Provided) => plain(capability.by().unwrap_or("its own text")),
            (Some(patch), _) => plain(patch),
            (None, _) => "no patch".to_owned(),
        },
        place: patch
            .filter(|_| capability.state != State::Native)
            .map_or(String::new(), place),
    }
}

/// What no table has room for: the place nobody has described, and what more is known of a text.
fn reasons(out: &mut dyn Write, width: u16, report: &StackReport) -> io::Result<()> {
    let with_reason = report
        .capabilities
        .iter()
        .filter_map(|capability| Some((capability, capability.reason()?)));
    for (index, (capability, reason)) in with_reason.enumerate() {
        if index == 0 {
            writeln!(out)?;
        }
        let text = match capability.state {
            State::Unknown => format!("{}: nobody has described {reason}", capability.id),
            _ => format!("{}: {reason}", capability.id),
        };
        wrapped(out, width, "  ", &text)?;
    }
    Ok(())
}

fn patch_row(patch: &PatchReport) -> Row {
    Row {
        name: plain(&patch.name),
        state: patch.state,
        by: String::new(),
        place: place(patch),
    }
}

/// Where a patch works: the file, or how many.
fn place(patch: &PatchReport) -> String {
    match patch.files.as_slice() {
        [] => String::new(),
        [file] => plain(&file.path.name()),
        files => format!("{} files", files.len()),
    }
}

fn rows(out: &mut dyn Write, width: u16, rows: Vec<Row>) -> io::Result<()> {
    let has_by = rows.iter().any(|row| !row.by.is_empty());
    let mut columns = Columns::default();
    for row in &rows {
        let style = style(row.state);
        let mut cells = vec![
            Cell::new(style, &format!("{} {}", mark(row.state), row.name)),
            Cell::new(style, row.state.word()),
        ];
        cells.extend(has_by.then(|| Cell::plain(&row.by)));
        cells.push(Cell::plain(&row.place));
        columns.row(cells);
    }
    let lines = columns.lines(usize::from(width).saturating_sub(2));
    lines.iter().try_for_each(|line| writeln!(out, "  {line}"))
}

fn mark(state: State) -> char {
    match state {
        State::Native | State::Applied | State::Provided => '✓',
        State::AppliedModified => '~',
        State::Applicable | State::ThreeWay => '○',
        State::Partial => '◐',
        State::Conflict => '✗',
        State::Unknown => '?',
        State::Unsupported => '–',
    }
}

fn style(state: State) -> Style {
    match state {
        State::Native | State::Applied | State::Provided => AnsiColor::Green.on_default(),
        State::Applicable => AnsiColor::Cyan.on_default(),
        State::AppliedModified | State::ThreeWay | State::Partial | State::Unknown => {
            AnsiColor::Yellow.on_default()
        }
        State::Conflict => AnsiColor::Red.on_default().bold(),
        State::Unsupported => AnsiColor::Red.on_default(),
    }
}

/// Why a patch is where it is, where its state alone does not say it.
///
/// # Errors
/// The writer's.
pub fn explanation(out: &mut dyn Write, width: u16, patch: &PatchReport) -> io::Result<()> {
    let telling = |file: &&FileReport| {
        file.problem.is_some() || !shifts(file).is_empty() || !misfits(file).is_empty()
    };
    let files: Vec<_> = patch.files.iter().filter(telling).collect();
    let plain_state = matches!(
        patch.state,
        State::Native
            | State::Applied
            | State::AppliedModified
            | State::Provided
            | State::Applicable
    );
    if patch.reason.is_none() && (files.is_empty() || patch.state.is_there()) && plain_state {
        return Ok(());
    }
    let style = style(patch.state);
    writeln!(
        out,
        "\n{style}{}{style:#} {BOLD}{}{BOLD:#}  {style}{}{style:#}  {DIM}{}{DIM:#}",
        mark(patch.state),
        plain(&patch.name),
        patch.state,
        plain(&patch.file),
    )?;
    if let Some(reason) = &patch.reason {
        wrapped(out, width, "  ", reason)?;
    }
    let mixed = patch.files.iter().any(|file| file.state != patch.state);
    let shown = patch.files.iter().filter(|file| mixed || telling(file));
    shown
        .into_iter()
        .try_for_each(|file| file_explanation(out, width, file))
}

/// How far each applying hunk was moved, where that is not nought.
fn shifts(file: &FileReport) -> Vec<isize> {
    let offsets = file.hunks.iter().filter_map(|hunk| hunk.offset);
    offsets.filter(|offset| *offset != 0).collect()
}

/// The hunks that keep the file from being patched.
fn misfits(file: &FileReport) -> Vec<&HunkReport> {
    let misfit = |hunk: &&HunkReport| !hunk.applies() && !file.state.is_there();
    file.hunks.iter().filter(misfit).collect()
}

fn file_explanation(out: &mut dyn Write, width: u16, file: &FileReport) -> io::Result<()> {
    let style = style(file.state);
    writeln!(out, "  {}", plain(&file.path.shown()))?;
    write!(out, "    {style}{}{style:#}", file.state)?;
    let (shifts, misfits) = (shifts(file), misfits(file));
    let count = file.hunks.len();
    if !file.state.is_there() && count > 0 {
        write!(out, ", {} of {count} hunks apply", count - misfits.len())?;
    }
    match (shifts.iter().min(), shifts.iter().max()) {
        (Some(least), Some(most)) if least == most => {
            writeln!(out, ", {} shifted by {least:+} lines", shifts.len())?;
        }
        (Some(least), Some(most)) => {
            writeln!(
                out,
                ", {} shifted by {least:+} to {most:+} lines",
                shifts.len()
            )?;
        }
        _ => writeln!(out)?,
    }
    if let Some(problem) = &file.problem {
        return wrapped(out, width, "    ", &problem.to_string());
    }
    for hunk in misfits.iter().take(EXPLAINED_HUNKS) {
        hunk_explanation(out, width, hunk)?;
    }
    match misfits.len().saturating_sub(EXPLAINED_HUNKS) {
        0 => Ok(()),
        more => writeln!(out, "    {DIM}and {more} more that do not apply{DIM:#}"),
    }
}

fn hunk_explanation(out: &mut dyn Write, width: u16, hunk: &HunkReport) -> io::Result<()> {
    let index = hunk.index;
    let drift = match &hunk.verdict {
        HunkVerdict::Applies => return Ok(()),
        HunkVerdict::AlreadyThere { line } => {
            return writeln!(out, "    hunk {index} is there already, at line {line}");
        }
        HunkVerdict::FileGone => return writeln!(out, "    hunk {index}: its file is gone"),
        HunkVerdict::FileRefused => {
            return writeln!(out, "    hunk {index} fits, but not its file as a whole");
        }
        HunkVerdict::Drifted(drift) => drift,
    };
    if drift.lines.iter().all(|line| line.kind == DriftKind::Same) {
        let text = format!(
            "hunk {index} has its lines at line {}, but is made for the beginning or the end of the file",
            drift.line
        );
        return wrapped(out, width, "    ", &text);
    }
    writeln!(
        out,
        "    hunk {index} does not fit; nearest from line {} on ({}, {})",
        drift.line,
        paint(DriftKind::Expected, "- expected"),
        paint(DriftKind::Found, "+ found"),
    )?;
    let shown = &drift.lines[..drift.lines.len().min(EXCERPT_LINES)];
    let texts: Vec<_> = shown.iter().map(|line| plain(&line.text)).collect();
    let margin = |text: &String| text.len() - text.trim_start().len();
    let written = texts.iter().filter(|text| !text.trim().is_empty());
    let margin = written.map(margin).min().unwrap_or(0);
    for (line, text) in shown.iter().zip(&texts) {
        let sign = match line.kind {
            DriftKind::Same => ' ',
            DriftKind::Expected => '-',
            DriftKind::Found => '+',
        };
        let text = text.get(margin..).unwrap_or_default();
        let text = format!("{sign} {text}");
        let text = shortened(text.trim_end(), usize::from(width).saturating_sub(6));
        writeln!(
            out,
            "{}",
            format!("      {}", paint(line.kind, &text)).trim_end()
        )?;
    }
    match drift.lines.len().saturating_sub(EXCERPT_LINES) {
        0 => Ok(()),
        more => writeln!(
            out,
            "      {DIM}and {} more{DIM:#}",
            counted(more, "line", "lines")
        ),
    }
}

fn paint(kind: DriftKind, text: &str) -> String {
    let style = match kind {
        DriftKind::Same => DIM,
        DriftKind::Expected => AnsiColor::Red.on_default(),
        DriftKind::Found => AnsiColor::Green.on_default(),
    };
    format!("{style}{text}{style:#}")
}
