//! The list of rules, and one rule's page.

use crate::checkout::capability::{EraDefinition, named_eras};
use crate::finding::Level;
use crate::lint::{Family, Rule};
use crate::report::terminal::{
    BAD, DIM, NOTABLE, PLAIN, Page, painted, plural, safe, with_code, wrapped,
};

/// Columns of a level, the widest word.
const LEVEL: usize = 7;

/// Every rule by family, for a terminal of that many columns.
pub fn list(rules: &[&'static Rule], columns: u16) -> String {
    let mut page = Page::new(columns);
    for family in Family::ALL {
        let mine = rules
            .iter()
            .filter(|rule| rule.family == *family)
            .collect::<Vec<_>>();
        if mine.is_empty() {
            continue;
        }
        page.section(&format!("{}: {}", family.name(), family.title()));
        let label = mine.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
        for rule in mine {
            row(&mut page, rule, label);
        }
    }
    page.line("");
    let number = plural(rules.len() as u64, "rule");
    page.line(&format!(
        "{number}; granite-bundle explain RULE says more about one"
    ));
    page.finish().trim_start_matches('\n').to_owned()
}

/// Level, id and summary side by side, the summary wrapped.
fn row(page: &mut Page, rule: &Rule, label: usize) {
    let style = match rule.level {
        Level::Error => BAD,
        Level::Warning => NOTABLE,
        Level::Note => PLAIN,
    };
    let room = page.inner().saturating_sub(LEVEL + label + 4);
    for (place, line) in wrapped(rule.summary, room).iter().enumerate() {
        let (level, id) = match place {
            0 => (rule.level.to_string(), rule.id),
            _ => (String::new(), ""),
        };
        let level = painted(style, &format!("{level:<LEVEL$}"));
        page.line(&format!("  {level}  {id:<label$}  {}", painted(DIM, line)));
    }
}

/// One rule's page, from its Markdown, and what the eras are that it names.
pub fn explain(rule: &Rule, eras: &[EraDefinition], columns: u16) -> String {
    let mut page = Page::new(columns);
    page.heading(
        rule.id,
        &format!("{} · {}", rule.family.name(), rule.level),
        rule.summary,
    );
    for (heading, text) in sections(rule.explanation) {
        page.section(heading);
        blocks(&mut page, text);
    }
    let eras = named_eras(eras, rule.explanation);
    if !eras.is_empty() {
        page.section("Eras of the engine");
        for era in eras {
            page.paragraph(0, &format!("{}: {}", era.id, era.title));
        }
    }
    page.finish()
}

fn sections(explanation: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = explanation.split("\n## ").skip(1);
    parts.filter_map(|part| part.split_once('\n'))
}

fn blocks(page: &mut Page, text: &str) {
    let mut paragraph = Vec::new();
    let mut fenced = false;
    let mut first = true;
    for line in text.trim().lines() {
        if line.starts_with("```") {
            flush(page, &mut paragraph, &mut first);
            fenced = !fenced;
            continue;
        }
        match (fenced, line.trim_start()) {
            (true, _) => page.line(&format!("    {}", painted(DIM, &safe(line)))),
            (false, "") => flush(page, &mut paragraph, &mut first),
            (false, row) if row.starts_with('|') => {
                flush(page, &mut paragraph, &mut first);
                let mut open = false;
                page.line(&format!("  {}", with_code(&safe(row), &mut open)));
            }
            (false, item) if item.starts_with("- ") => {
                flush(page, &mut paragraph, &mut first);
                first = true;
                paragraph.push(item);
            }
            (false, words) => paragraph.push(words),
        }
    }
    flush(page, &mut paragraph, &mut first);
}

fn flush(page: &mut Page, paragraph: &mut Vec<&str>, first: &mut bool) {
    if paragraph.is_empty() {
        return;
    }
    if !std::mem::replace(first, false) {
        page.line("");
    }
    page.paragraph(0, &paragraph.join(" "));
    paragraph.clear();
}
