//! The page of what changed between two bundles.

use anstyle::Style;

use crate::bundle::{Area, ChangeKind, Difference, Target, shown};
use crate::report::terminal::{
    BAD, DIM, GOOD, NOTABLE, PLAIN, Page, painted, plural, safe, shortened, width,
};

/// The page of the changes from `a` to `b`.
pub fn page(a: &Target, b: &Target, changes: &[Difference], columns: u16) -> String {
    let mut page = Page::new(columns);
    let remark = match changes.len() {
        0 => "no difference".to_owned(),
        number => plural(number as u64, "difference"),
    };
    let title = format!("{} → {}", shown(&a.path), shown(&b.path));
    page.heading(&title, &remark, "");
    let mut section = None;
    for change in changes {
        if section.replace(change.section) != Some(change.section) {
            page.section(title_of(change.section));
        }
        entry(&mut page, change);
    }
    page.finish()
}

const fn title_of(section: Area) -> &'static str {
    match section {
        Area::Bundle => "Bundle",
        Area::Asset => "Asset",
        Area::Functions => "Functions",
        Area::Weights => "Weights",
        Area::Operations => "Operations",
        Area::Tokenizer => "Tokenizer",
    }
}

const fn sign_of(kind: ChangeKind) -> (Style, char, &'static str) {
    match kind {
        ChangeKind::Added => (GOOD, '+', ""),
        ChangeKind::Removed => (BAD, '-', ""),
        ChangeKind::Changed => (NOTABLE, '~', ""),
        ChangeKind::Renamed => (NOTABLE, '~', "renamed "),
        ChangeKind::Reordered => (NOTABLE, '~', "reordered "),
    }
}

/// On one line if it fits, else the values below the subject.
fn entry(page: &mut Page, change: &Difference) {
    let (style, sign, verb) = sign_of(change.kind);
    let before = safe(change.before.as_deref().unwrap_or_default());
    let after = safe(change.after.as_deref().unwrap_or_default());
    let subject = safe(&change.subject);
    let arrow = match (&change.before, &change.after) {
        (Some(_), Some(_)) => " → ",
        _ => "",
    };
    let room = page.inner().saturating_sub(2);
    let subject = shortened(&subject, room);
    let sign = painted(style, &sign.to_string());
    // Text this long does not fit, and is not measured to its end.
    let short = before.len() + after.len() < 4 * room;
    let values = format!("{verb}{before}{arrow}{after}");
    if short && width(&subject) + 2 + width(&values) <= room {
        let verb = painted(DIM, verb);
        let arrow = painted(DIM, arrow);
        page.line(&format!("  {sign} {subject}  {verb}{before}{arrow}{after}"));
        return;
    }
    let verb = verb.trim_end();
    page.line(&match verb.is_empty() {
        true => format!("  {sign} {subject}"),
        false => format!("  {sign} {subject}  {}", painted(DIM, verb)),
    });
    let sides = [
        ("- ", BAD, &change.before, before),
        ("+ ", GOOD, &change.after, after),
    ];
    for (sign, style, side, text) in sides {
        if side.is_some() {
            let style = if arrow.is_empty() { PLAIN } else { style };
            let text = shortened(&text, room.saturating_sub(4));
            page.line(&format!("      {}{text}", painted(style, sign)));
        }
    }
}
