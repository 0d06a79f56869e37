//! The list of rules, and one rule's page.

use crate::finding::Level;
use crate::lint::{Family, Rule};
use crate::report::terminal::{
    BAD, Cell, Columns, DIM, NOTABLE, PLAIN, painted, plural, safe, with_code,
};

use super::page::Page;

/// Every rule by family, for a terminal of that many columns.
pub fn list(rules: &[&'static Rule], columns: u16) -> String {
    let mut page = Page::new(columns);
    for family in Family::ALL {
        let mine = rules.iter().filter(|rule| rule.family == *family);
        let mut rows = Columns::default();
        for rule in mine {
            rows.row([
                level(rule.level),
                Cell::plain(rule.id),
                Cell::new(DIM, rule.summary),
            ]);
        }
        if rows.is_empty() {
            continue;
        }
        page.section(&format!("{}: {}", family.name(), family.title()));
        page.columns(&rows);
    }
    page.line("");
    let number = plural(rules.len() as u64, "rule");
    page.line(&format!(
        "{number}; granite-bundle explain RULE says more about one"
    ));
    page.finish().trim_start_matches('\n').to_owned()
}

fn level(level: Level) -> Cell {
    let style = match level {
        Level::Error => BAD,
        Level::Warning => NOTABLE,
        Level::Note => PLAIN,
    };
    Cell::new(style, &level.to_string())
}

/// One rule's page, from its Markdown.
pub fn explain(rule: &Rule, columns: u16) -> String {
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
