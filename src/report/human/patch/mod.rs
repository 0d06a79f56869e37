//! Pages on the patch stack: where it stands, why, and what was done.

use std::collections::BTreeSet;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::checkout::RepoPath;
use crate::patch::change::transaction::{
    Action, KeptEdit, KeptReason, Outcome, Recovered, Request,
};
use crate::patch::fit::explain::{DriftKind, HunkReport, HunkVerdict};
use crate::patch::judge::changes::PatchChanges;
use crate::patch::judge::matrix::Matrix;
use crate::patch::judge::report::{CapabilityReport, FileReport, PatchReport, StackReport, State};
use crate::patch::judge::verify::Verification;
use crate::patch::series::Series;
use crate::report::terminal::safe;

/// Hunks explained for each file; the rest are counted.
const EXPLAINED_HUNKS: usize = 3;
/// Lines of an excerpt shown; the rest are counted.
const EXCERPT_LINES: usize = 14;
/// Digits of a commit id shown.
const SHORT_ID: usize = 10;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// The checkout and the stack a page is about.
#[derive(Debug, Clone, Copy)]
pub struct Heading<'a> {
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
    heading: &Heading<'_>,
    report: &StackReport,
) -> io::Result<()> {
    self::heading(out, heading, report)?;
    writeln!(out)?;
    if report.capabilities.is_empty() {
        rows(out, width, report.patches.iter().map(patch_row).collect())?;
    } else {
        let row = |capability| capability_row(capability, report);
        rows(out, width, report.capabilities.iter().map(row).collect())?;
    }
    for patch in &report.patches {
        explanation(out, width, patch)?;
    }
    Ok(())
}

/// What a series holds.
///
/// # Errors
/// The writer's.
pub fn list(out: &mut dyn Write, width: u16, series: &Series) -> io::Result<()> {
    let cyan = AnsiColor::Cyan.on_default();
    for (index, patch) in series.patches.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{BOLD}{}{BOLD:#}", plain(&patch.name))?;
        if !patch.title.is_empty() {
            wrapped(out, width, "  ", &patch.title)?;
        }
        if !patch.provides.is_empty() {
            let ids: Vec<_> = patch.provides.iter().map(ToString::to_string).collect();
            writeln!(out, "  provides {}", ids.join(", "))?;
        }
        for variant in patch.current() {
            let eras: Vec<_> = variant.eras.iter().map(ToString::to_string).collect();
            let eras = eras.join(" ");
            let file = plain(&variant.file);
            match &variant.files {
                Ok(_) if eras.is_empty() => writeln!(out, "  {DIM}{file}{DIM:#}")?,
                Ok(_) => writeln!(out, "  {cyan}{eras:<14}{cyan:#}  {DIM}{file}{DIM:#}")?,
                Err(error) => writeln!(out, "  {file}: {}", plain(&error.to_string()))?,
            }
        }
    }
    Ok(())
}

fn heading(out: &mut dyn Write, heading: &Heading<'_>, report: &StackReport) -> io::Result<()> {
    let head = heading
        .head
        .map_or(String::new(), |head| format!(" at {}", short(head)));
    let edits = match heading.edits {
        [] => String::new(),
        [file] => format!(", edited in {}", plain(file.as_str())),
        [file, more @ ..] => format!(
            ", edited in {} and {}",
            plain(file.as_str()),
            counted(more.len(), "other file", "other files")
        ),
    };
    writeln!(
        out,
        "{BOLD}engine{BOLD:#}  {}{head}{edits}",
        plain(heading.path)
    )?;
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
            (Some(patch), _) => plain(patch),
            (None, _) => "no patch".to_owned(),
        },
        place: patch
            .filter(|_| capability.state != State::Native)
            .map_or(String::new(), place),
    }
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
        [file] => {
            let path = file.path.as_str();
            plain(path.rsplit_once('/').map_or(path, |(_, name)| name))
        }
        files => format!("{} files", files.len()),
    }
}

fn rows(out: &mut dyn Write, width: u16, rows: Vec<Row>) -> io::Result<()> {
    let column =
        |cell: fn(&Row) -> &str| rows.iter().map(|row| cell(row).width()).max().unwrap_or(0);
    let names = column(|row| &row.name);
    let states = column(|row| row.state.word());
    let by = column(|row| &row.by);
    for row in &rows {
        let style = style(row.state);
        let mut line = format!(
            "  {style}{}{style:#} {}{}  {style}{}{style:#}{}",
            mark(row.state),
            row.name,
            pad(&row.name, names),
            row.state.word(),
            pad(row.state.word(), states),
        );
        let mut used = 4 + names + 2 + states;
        for (cell, wide) in [(&row.by, by), (&row.place, 0)] {
            let wide = wide.max(cell.width());
            if wide > 0 && used + 2 + cell.width() <= usize::from(width) {
                line += &format!("  {cell}{}", pad(cell, wide));
                used += 2 + wide;
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn pad(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(text.width()))
}

fn mark(state: State) -> char {
    match state {
        State::Native | State::Applied => '✓',
        State::AppliedModified => '~',
        State::Applicable | State::ThreeWay => '○',
        State::Partial => '◐',
        State::Conflict => '✗',
        State::Unsupported => '–',
    }
}

fn style(state: State) -> Style {
    match state {
        State::Native | State::Applied => AnsiColor::Green.on_default(),
        State::Applicable => AnsiColor::Cyan.on_default(),
        State::AppliedModified | State::ThreeWay | State::Partial => AnsiColor::Yellow.on_default(),
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
        State::Native | State::Applied | State::AppliedModified | State::Applicable
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
    writeln!(out, "  {}", plain(file.path.as_str()))?;
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
        let text = cut(
            &format!("{sign} {text}"),
            usize::from(width).saturating_sub(6),
        );
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

/// The text, with an ellipsis where it is wider than `width` columns.
fn cut(text: &str, width: usize) -> String {
    let text = text.trim_end();
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        if cut.width() + 2 > width {
            break;
        }
        cut.push(c);
    }
    cut + "…"
}

fn paint(kind: DriftKind, text: &str) -> String {
    let style = match kind {
        DriftKind::Same => DIM,
        DriftKind::Expected => AnsiColor::Red.on_default(),
        DriftKind::Found => AnsiColor::Green.on_default(),
    };
    format!("{style}{text}{style:#}")
}

/// What a status comes to.
///
/// # Errors
/// The writer's.
pub fn outlook(
    out: &mut dyn Write,
    width: u16,
    report: &StackReport,
    problems: &[String],
) -> io::Result<()> {
    writeln!(out)?;
    let stuck = report.patches.iter().find(|patch| !patch.achievable);
    if let Some(stuck) = stuck.filter(|_| problems.len() < 2) {
        let text = format!(
            "`{}` cannot be applied as it is; nothing is applied unless everything can be.",
            stuck.name
        );
        return wrapped(out, width, "", &text);
    }
    if !problems.is_empty() {
        return refusal(out, width, "apply would be refused", problems);
    }
    if !report.patches.iter().all(|patch| patch.state.is_there()) {
        return Ok(());
    }
    let lacking = |capability: &&CapabilityReport| !capability.state.is_there();
    match report.capabilities.iter().find(lacking) {
        Some(lacking) => {
            let text = format!(
                "Every patch for this engine is there; none provides `{}`.",
                lacking.id
            );
            wrapped(out, width, "", &text)
        }
        None => writeln!(out, "Nothing to do: everything is there."),
    }
}

/// Whether a command would go through, and if not, why.
///
/// # Errors
/// The writer's.
pub fn verdict(
    out: &mut dyn Write,
    width: u16,
    verb: &str,
    steps: &[PatchChanges],
    problems: &[String],
) -> io::Result<()> {
    writeln!(out)?;
    if !problems.is_empty() {
        return refusal(out, width, &format!("{verb} would be refused"), problems);
    }
    if steps.is_empty() {
        return writeln!(out, "{verb} would succeed: there is nothing left to do.");
    }
    let files: BTreeSet<_> = steps
        .iter()
        .flat_map(|step| step.changes.iter().map(|change| &change.path))
        .collect();
    writeln!(
        out,
        "{verb} would succeed: {} in {}.",
        counted(steps.len(), "patch", "patches"),
        counted(files.len(), "file", "files")
    )
}

fn refusal(out: &mut dyn Write, width: u16, what: &str, problems: &[String]) -> io::Result<()> {
    let red = AnsiColor::Red.on_default().bold();
    writeln!(out, "{red}{what}{red:#}")?;
    problems
        .iter()
        .try_for_each(|problem| wrapped(out, width, "  ", problem))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// What an `apply` or a `revert` did, would do, or does not do.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// What was planned.
    pub request: &'a Request,
    /// Why it was refused.
    pub problems: &'a [String],
    /// What came of it; `None` where nothing was done.
    pub outcome: Option<&'a Outcome>,
    /// It was not to be done.
    pub dry_run: bool,
}

/// The last lines after `apply` and `revert`.
///
/// # Errors
/// The writer's.
pub fn change(out: &mut dyn Write, width: u16, change: &Change<'_>) -> io::Result<()> {
    let request = change.request;
    let (done, state) = match request.action {
        Action::Apply => ("applied", "everything is there already"),
        Action::Revert => ("taken back", "none of the patches is there"),
    };
    writeln!(out)?;
    if !change.problems.is_empty() {
        let what = format!("{} refused, nothing was changed", request.action.verb());
        return refusal(out, width, &what, change.problems);
    }
    if request.changes.is_empty() && request.commits.is_empty() {
        return writeln!(out, "Nothing to do: {state}.");
    }
    let would = if change.dry_run { "would be " } else { "" };
    writeln!(
        out,
        "{} {would}{done}: {}",
        counted(request.patches.len(), "patch", "patches"),
        counted(request.changes.len(), "file", "files"),
    )?;
    for file in &request.changes {
        let (sign, style) = match (&file.before, &file.after) {
            (None, _) => ('+', AnsiColor::Green.on_default()),
            (_, None) => ('-', AnsiColor::Red.on_default()),
            _ => ('~', AnsiColor::Yellow.on_default()),
        };
        writeln!(
            out,
            "  {style}{sign}{style:#} {}",
            plain(file.path.as_str())
        )?;
    }
    for commit in change.outcome.iter().flat_map(|outcome| &outcome.commits) {
        writeln!(out, "  committed as {}", short(*commit))?;
    }
    Ok(())
}

/// Which patch applies to which part of a history.
///
/// # Errors
/// The writer's.
pub fn matrix(out: &mut dyn Write, width: u16, path: &str, matrix: &Matrix) -> io::Result<()> {
    let count = counted(matrix.commits.len(), "commit", "commits");
    writeln!(out, "{BOLD}engine{BOLD:#}  {}, {count}", plain(path))?;
    for row in &matrix.rows {
        writeln!(out, "\n{BOLD}{}{BOLD:#}", plain(&row.patch))?;
        for range in &row.ranges {
            let (first, last) = (&matrix.commits[range.first], &matrix.commits[range.last]);
            let style = style(range.state);
            let era = range.era.map_or("–".to_owned(), |era| era.to_string());
            let line = format!(
                "  {era:<2}  {style}{} {:<16}{style:#}  {:>4}  {}..{}  {} to {}",
                mark(range.state),
                range.state,
                range.commits(),
                short(first.id),
                short(last.id),
                day(first.time),
                day(last.time),
            );
            // What the columns up to the second date take.
            const USED: usize = 79;
            let file = plain(&range.file);
            let fits = USED + 2 + file.width() <= usize::from(width);
            writeln!(
                out,
                "{line}{}",
                if fits {
                    format!("  {DIM}{file}{DIM:#}")
                } else {
                    String::new()
                }
            )?;
        }
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

fn short(id: git2::Oid) -> String {
    id.to_string()[..SHORT_ID].to_owned()
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

/// What keeps a verification from passing, one sentence each.
pub fn shortcomings(verification: &Verification) -> Vec<String> {
    let lacking = verification
        .lacking
        .iter()
        .map(|id| format!("`{id}` is neither native nor applied"));
    let patches = verification.report.patches.iter();
    let unfinished = patches.filter(|patch| verification.unfinished.contains(&patch.name));
    let unfinished = unfinished.map(|patch| match patch.state {
        State::Partial => format!("`{}` is only partly there", patch.name),
        State::Applied | State::AppliedModified => format!(
            "`{}` is there as an earlier version of the stack applied it: revert it, then apply",
            patch.name
        ),
        _ => format!("`{}` is not there", patch.name),
    });
    let faults = verification.faults.iter().map(|(path, fault)| {
        format!(
            "`{path}` line {}: a syntax error its pre-image lacks: {}",
            fault.line, fault.text
        )
    });
    lacking.chain(unfinished).chain(faults).collect()
}

/// Whether the stack verifies, and what that does and does not say.
///
/// # Errors
/// The writer's.
pub fn verification(
    out: &mut dyn Write,
    width: u16,
    verification: &Verification,
) -> io::Result<()> {
    writeln!(out)?;
    if !verification.holds() {
        return refusal(out, width, "not verified", &shortcomings(verification));
    }
    let green = AnsiColor::Green.on_default().bold();
    writeln!(out, "{green}verified{green:#}")?;
    let found = match verification.report.capabilities.as_slice() {
        [] => "Every patch is there",
        _ => "Every needed capability is native or applied",
    };
    let how = verified_how(&verification.proven);
    let text = format!("{found}, and no touched file has a new syntax error. {how}");
    wrapped(out, width, "  ", &text)
}

/// What a passed verification rests on.
fn verified_how(proven: &[String]) -> String {
    if proven.is_empty() {
        return "The stack was checked by structure and by reading; it was not run on Apple hardware."
            .to_owned();
    }
    let names: Vec<_> = proven.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "{} was compiled and run against a simulated runtime in this era's engine, not on Apple hardware.",
        names.join(", ")
    )
}

/// The next commands to run, never broken, so that they can be copied.
///
/// # Errors
/// The writer's.
pub fn next(out: &mut dyn Write, commands: &[String]) -> io::Result<()> {
    let cyan = AnsiColor::Cyan.on_default().bold();
    for command in commands {
        writeln!(out, "{cyan}next{cyan:#}    {}", safe(command))?;
    }
    Ok(())
}

/// How an interrupted transaction was settled, in one sentence and the files it left.
pub fn recovered(recovered: &Recovered) -> Vec<String> {
    let patches = recovered.patches.join(", ");
    let verb = recovered.action.verb();
    let outcome = if recovered.finished {
        "was interrupted and is now finished"
    } else {
        "was interrupted and is now undone"
    };
    let mut lines = vec![plain(&format!("an earlier {verb} of {patches} {outcome}"))];
    lines.extend(recovered.kept.iter().map(kept));
    lines
}

/// Where somebody else's edits are, in one sentence.
pub fn kept(kept: &KeptEdit) -> String {
    let path = plain(kept.path.as_str());
    match kept.reason {
        KeptReason::EditedBefore => {
            format!("`{path}` holds edits made meanwhile; nothing of the patch is in it")
        }
        KeptReason::EditedAfter => {
            format!("`{path}` holds edits made after the patch reached it, and is left as it is")
        }
        KeptReason::OldFileEdited => {
            let place = plain(&kept.at.display().to_string());
            format!(
                "the old `{path}` was written to while it was replaced; it is kept at `{place}`"
            )
        }
    }
}

fn wrapped(out: &mut dyn Write, width: u16, indent: &str, text: &str) -> io::Result<()> {
    let room = usize::from(width).saturating_sub(indent.len()).max(20);
    let mut line = String::new();
    for word in plain(text).split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > room {
            writeln!(out, "{indent}{line}")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(out, "{indent}{line}")
}

/// The text made safe; a tab becomes four spaces.
fn plain(text: &str) -> String {
    safe(&text.replace('\t', "    ")).into_owned()
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

    #[test]
    fn what_a_stranger_wrote_cannot_steer_the_terminal() {
        assert_eq!(plain("a\tb\u{1b}[31m"), "a    b\\u{1b}[31m");
        assert_eq!(cut("ünïcode", 4), "ünï…");
    }
}
