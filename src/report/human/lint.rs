//! What `lint` found, for people.

use anstyle::Style;

use crate::bundle::shown;
use crate::finding::{Finding, Level};
use crate::lint::LevelCounts;
use crate::lint::fleet::{Linted, View};
use crate::report::findings::{Folded, Run, folded};
use crate::report::terminal::{
    ACCENT, BAD, Cell, Columns, DIM, GOOD, NOTABLE, PLAIN, Page, STRONG, painted, plural, safe,
    shortened, width, with_code, wrapped,
};

/// Columns of a level, the widest word.
const LEVEL: usize = 7;

/// A run as pages for a terminal of that many columns, with ANSI codes: what is worst comes last, so that it is on the
/// screen when the command ends.
///
/// One target gets a page. Several are listed first, those with errors or warnings get a page each, and notes are counted,
/// not shown. `quiet` leaves out everything but what is shown of findings.
pub fn render(run: Run<'_>, columns: u16, quiet: bool) -> String {
    let view = run.view;
    let report = view.report;
    let many = report.linted.len() > 1;
    let mut page = Page::new(columns);
    if many && !quiet {
        list(&mut page, view);
    }
    for (judged, seen) in report.configurations.iter().zip(&view.configurations) {
        if seen.findings.is_empty() {
            continue;
        }
        if !page.is_empty() {
            page.line("");
        }
        let config = judged.settings.config.as_deref();
        let name = config.map_or_else(String::new, shown);
        page.heading(&name, "", "");
        findings(&mut page, &seen.findings, true);
    }
    let targets = report.linted.iter().zip(&view.targets);
    let mut pages = targets
        .map(|(one, shown)| (one, shown.findings.as_slice()))
        .filter(|(_, shown)| has_loud(shown) || !(many || quiet && shown.is_empty()))
        .collect::<Vec<_>>();
    pages.sort_by_key(|(_, shown)| shown.iter().map(rank).max());
    for (one, shown) in pages {
        if !page.is_empty() {
            page.line("");
        }
        target(&mut page, one, shown, !many);
    }
    for trouble in run.troubles.iter().filter(|_| !quiet) {
        page.line("");
        page.paragraph(0, &format!("not judged: {}", trouble.message));
    }
    if !quiet {
        footer(&mut page, view, many);
    }
    page.finish()
}

/// The verdict and the counts in one line.
pub fn verdict_line(view: &View<'_>) -> String {
    let report = view.report;
    let counts = view.counts();
    let (style, word) = match (report.refused(), counts.errors + counts.warnings) {
        _ if report.linted.is_empty() => (BAD, "nothing judged"),
        (true, _) => (BAD, "refused"),
        (false, 0) => (GOOD, "passed"),
        (false, _) => (NOTABLE, "passed"),
    };
    let bundles = match report.linted.len() {
        0 | 1 => String::new(),
        number => format!(" in {}", plural(number as u64, "target")),
    };
    format!(
        "{}: {}{bundles}",
        painted(style.bold(), word),
        tally(&counts)
    )
}

fn has_loud(findings: &[Finding]) -> bool {
    findings.iter().any(is_loud)
}

/// How late a finding is shown.
fn rank(finding: &Finding) -> Option<Level> {
    finding.suppressed.is_none().then_some(finding.level)
}

fn is_loud(finding: &Finding) -> bool {
    finding.suppressed.is_none() && finding.level > Level::Note
}

fn list(page: &mut Page, view: &View<'_>) {
    let mut columns = Columns::default();
    for (one, seen) in view.report.linted.iter().zip(&view.targets) {
        let counts = seen.counts;
        let (style, word) = verdict(&counts);
        columns.row([
            Cell::new(style, word),
            Cell::plain(&shown(&one.target.path)),
            Cell::new(DIM, one.profile.as_deref().unwrap_or("no profile")),
            Cell::new(PLAIN, &tally(&counts)),
        ]);
    }
    page.columns(&columns);
}

fn verdict(counts: &LevelCounts) -> (Style, &'static str) {
    match (counts.errors, counts.warnings) {
        (0, 0) => (GOOD, "ok"),
        (0, _) => (NOTABLE, "warning"),
        _ => (BAD, "error"),
    }
}

fn tally(counts: &LevelCounts) -> String {
    let parts = [
        (counts.errors, "error"),
        (counts.warnings, "warning"),
        (counts.notes, "note"),
    ];
    let mut shown = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| plural(number as u64, noun))
        .collect::<Vec<_>>();
    if counts.suppressed > 0 {
        shown.push(format!("{} accepted", counts.suppressed));
    }
    match shown.is_empty() {
        true => "nothing to say".to_owned(),
        false => shown.join(", "),
    }
}

fn target(page: &mut Page, one: &Linted, seen: &[Finding], notes: bool) {
    let profile = one.profile.as_deref().unwrap_or("no profile");
    let remark = format!("{profile} · {}", plural(one.ran.len() as u64, "rule"));
    let config = one.settings.config.as_deref();
    let config = config.map_or_else(String::new, |file| format!("by {}", shown(file)));
    page.heading(&shown(&one.target.path), &remark, &config);
    findings(page, seen, notes);
}

fn findings(page: &mut Page, findings: &[Finding], notes: bool) {
    let of = |level: Level| {
        findings
            .iter()
            .filter(move |finding| rank(finding) == Some(level))
            .collect::<Vec<_>>()
    };
    let accepted = findings
        .iter()
        .filter(|finding| finding.suppressed.is_some())
        .collect::<Vec<_>>();
    if notes && !accepted.is_empty() {
        page.section("accepted");
        self::accepted(page, &accepted);
    }
    let quiet = of(Level::Note);
    if notes && !quiet.is_empty() {
        page.section("notes for its host");
        self::notes(page, &quiet);
    }
    for (level, title) in [(Level::Warning, "warnings"), (Level::Error, "errors")] {
        for (place, finding) in folded(&of(level)).into_iter().enumerate() {
            match place {
                0 => page.section(title),
                _ => page.line(""),
            }
            loud(page, &finding);
        }
    }
}

fn loud(page: &mut Page, folded: &Folded<'_>) {
    let finding = folded.whole;
    let style = match finding.level {
        Level::Error => BAD,
        Level::Warning => NOTABLE,
        Level::Note => DIM,
    };
    let level = painted(style, &format!("{:<LEVEL$}", finding.level));
    let rule = painted(STRONG, finding.rule);
    let place = finding
        .location
        .as_ref()
        .map_or_else(String::new, |location| {
            format!("{}:{}", location.file, location.line)
        });
    let place = safe(&place);
    let room = page.inner().saturating_sub(LEVEL + 2);
    let gap = room.saturating_sub(finding.rule.len() + width(&place));
    match gap {
        _ if place.is_empty() => page.line(&format!("  {level}  {rule}")),
        0..=1 => page.line(&format!("  {level}  {rule}")),
        _ => page.line(&format!(
            "  {level}  {rule}{}{}",
            " ".repeat(gap),
            painted(DIM, &place)
        )),
    }
    let subject = safe(&finding.subject);
    hang(page, LEVEL + 2, DIM, &[&shortened(&subject, room)]);
    page.paragraph(LEVEL + 2, &finding.message);
    if let Some(rules) = folded.also() {
        page.paragraph(LEVEL + 2, &format!("in detail: {rules}"));
    }
    if let Some(help) = &finding.help {
        let mut open = false;
        for (place, line) in wrapped(&safe(help), room.saturating_sub(5))
            .iter()
            .enumerate()
        {
            let label = if place == 0 {
                painted(ACCENT, "help")
            } else {
                "    ".to_owned()
            };
            let line = with_code(line, &mut open);
            page.line(&format!("  {}{label} {line}", " ".repeat(LEVEL + 2)));
        }
    }
}

fn hang(page: &mut Page, indent: usize, style: Style, lines: &[&str]) {
    for line in lines {
        page.line(&format!("  {}{}", " ".repeat(indent), painted(style, line)));
    }
}

/// Rule and what to do side by side, or what is so where nothing is to be done; why is in `explain`.
fn notes(page: &mut Page, notes: &[&Finding]) {
    let label = notes.iter().map(|note| note.rule.len()).max().unwrap_or(0);
    for note in notes {
        let room = page.inner().saturating_sub(label + 2);
        let text = safe(note.help.as_deref().unwrap_or(&note.message));
        let mut open = false;
        for (place, line) in wrapped(&text, room).iter().enumerate() {
            let name = if place == 0 { note.rule } else { "" };
            let line = with_code(line, &mut open);
            page.line(&format!(
                "  {}  {line}",
                painted(DIM, &format!("{name:<label$}"))
            ));
        }
    }
}

fn accepted(page: &mut Page, accepted: &[&Finding]) {
    let mut columns = Columns::default();
    for finding in accepted {
        let reason = finding
            .suppressed
            .as_ref()
            .map_or("", |it| it.reason.as_str());
        columns.row([
            Cell::new(DIM, finding.rule),
            Cell::new(DIM, &finding.subject),
            Cell::plain(reason),
        ]);
    }
    page.columns(&columns);
}

fn footer(page: &mut Page, view: &View<'_>, many: bool) {
    if !page.is_empty() {
        page.line("");
    }
    page.line(&verdict_line(view));
    let loud = view.findings().filter(|it| is_loud(it));
    if let Some(rule) = loud.max_by_key(|it| it.level).map(|it| it.rule) {
        page.line(&painted(
            DIM,
            &format!("granite-bundle explain {rule} says more"),
        ));
    }
    if many && view.counts().notes > 0 {
        page.line(&painted(
            DIM,
            "notes are counted here; lint a bundle by itself to read them",
        ));
    }
}
