//! What `lint` found, for people.

use anstyle::Style;

use crate::bundle::shown;
use crate::finding::{Finding, Level};
use crate::lint::fleet::{Linted, Report};
use crate::lint::{Counts, Family, rules};
use crate::report::terminal::{
    ACCENT, BAD, Cell, Columns, DIM, GOOD, NOTABLE, PLAIN, Page, STRONG, painted, plural, safe,
    shortened, width, with_code, wrapped,
};

/// Columns of a level, the widest word.
const LEVEL: usize = 7;

/// The report as pages for a terminal of that many columns, with ANSI codes.
///
/// One target gets a page. Several are listed first, those with errors or warnings get a page each, and
/// notes are counted, not shown.
pub fn render(report: &Report, columns: u16) -> String {
    let many = report.linted.len() > 1;
    let mut page = Page::new(columns);
    if many {
        list(&mut page, report);
    }
    for one in &report.linted {
        if !many || has_loud(&one.findings) {
            if many {
                page.line("");
            }
            target(&mut page, one, !many);
        }
    }
    for judged in &report.configurations {
        page.line("");
        let config = judged.settings.config.as_deref();
        let name = config.map_or_else(String::new, |path| path.display().to_string());
        page.heading(&name, "", "");
        findings(&mut page, &judged.findings, true);
    }
    summary(&mut page, report, many);
    page.finish()
}

fn has_loud(findings: &[Finding]) -> bool {
    findings.iter().any(is_loud)
}

fn is_loud(finding: &Finding) -> bool {
    finding.suppressed.is_none() && finding.level > Level::Note
}

fn list(page: &mut Page, report: &Report) {
    let mut columns = Columns::default();
    for one in &report.linted {
        let counts = Counts::of(&one.findings);
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

fn verdict(counts: &Counts) -> (Style, &'static str) {
    match (counts.errors, counts.warnings) {
        (0, 0) => (GOOD, "ok"),
        (0, _) => (NOTABLE, "warning"),
        _ => (BAD, "error"),
    }
}

fn tally(counts: &Counts) -> String {
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

fn target(page: &mut Page, one: &Linted, notes: bool) {
    let profile = one.profile.as_deref().unwrap_or("no profile");
    let remark = format!("{profile} · {} rules", one.ran.len());
    page.heading(&shown(&one.target.path), &remark, "");
    findings(page, &one.findings, notes);
}

fn findings(page: &mut Page, findings: &[Finding], notes: bool) {
    for family in Family::ALL {
        let mine = findings
            .iter()
            .filter(|finding| is_loud(finding) && family_of(finding) == Some(*family))
            .collect::<Vec<_>>();
        if mine.is_empty() {
            continue;
        }
        page.section(family.name());
        for (place, finding) in mine.into_iter().enumerate() {
            if place > 0 {
                page.line("");
            }
            loud(page, finding);
        }
    }
    let quiet = findings
        .iter()
        .filter(|finding| finding.suppressed.is_none() && finding.level == Level::Note)
        .collect::<Vec<_>>();
    if notes && !quiet.is_empty() {
        page.section("notes for its host");
        self::notes(page, &quiet);
    }
    let accepted = findings
        .iter()
        .filter(|finding| finding.suppressed.is_some())
        .collect::<Vec<_>>();
    if notes && !accepted.is_empty() {
        page.section("accepted");
        self::accepted(page, &accepted);
    }
}

fn family_of(finding: &Finding) -> Option<Family> {
    rules::find(finding.rule).map(|rule| rule.family)
}

fn loud(page: &mut Page, finding: &Finding) {
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

fn summary(page: &mut Page, report: &Report, many: bool) {
    let counts = report.counts();
    let (style, word) = match (report.refused(), counts.errors + counts.warnings) {
        (true, _) => (BAD, "refused"),
        (false, 0) => (GOOD, "passed"),
        (false, _) => (NOTABLE, "passed"),
    };
    let bundles = match report.linted.len() {
        1 => String::new(),
        number => format!(" in {}", plural(number as u64, "target")),
    };
    page.line("");
    page.line(&format!(
        "{}: {}{bundles}",
        painted(style.bold(), word),
        tally(&counts)
    ));
    if let Some(rule) = report.findings().find(|it| is_loud(it)).map(|it| it.rule) {
        page.line(&painted(
            DIM,
            &format!("granite-bundle explain {rule} says more"),
        ));
    }
    if many && counts.notes > 0 {
        page.line(&painted(
            DIM,
            "notes are counted here; lint a bundle by itself to read them",
        ));
    }
}
