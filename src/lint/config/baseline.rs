//! Writes the findings of a run into a configuration as known and accepted.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TomlError, value};

/// The reason a new entry gets, for its owner to replace.
const UNREVIEWED: &str = "not reviewed yet";

/// A finding to be accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Acceptance {
    /// The bundle's place relative to the configuration's folder, `/`-separated.
    pub path: String,
    /// Rule id.
    pub rule: String,
    /// The finding's subject.
    pub subject: String,
    /// The value seen, if the finding names one.
    pub value: Option<String>,
}

/// A configuration's text with new entries for `wanted` and without the entries at `stale` lines.
///
/// Everything else, comments and reasons included, stays as it is.
///
/// # Errors
/// When the text is not TOML.
pub fn update(text: &str, wanted: &[Acceptance], stale: &[u32]) -> Result<String, TomlError> {
    let lines = entry_lines(text)?;
    let mut document: DocumentMut = text.parse()?;
    if let Some(entries) = document
        .get_mut("baseline")
        .and_then(Item::as_array_of_tables_mut)
    {
        let mut index = 0;
        entries.retain(|_| {
            let keep = !lines.get(index).is_some_and(|line| stale.contains(line));
            index += 1;
            keep
        });
    }
    let emptied = document
        .get("baseline")
        .and_then(Item::as_array_of_tables)
        .is_some_and(ArrayOfTables::is_empty);
    if emptied {
        document.remove("baseline");
    }
    let mut text = document.to_string();
    if !wanted.is_empty() {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let mut added = DocumentMut::new();
        added["baseline"] = Item::ArrayOfTables(wanted.iter().map(entry).collect());
        if !text.is_empty() {
            text.push('\n');
        }
        text += &added.to_string();
    }
    Ok(text)
}

fn entry(acceptance: &Acceptance) -> Table {
    let mut table = Table::new();
    table["rule"] = value(acceptance.rule.as_str());
    table["subject"] = value(acceptance.subject.as_str());
    if let Some(seen) = &acceptance.value {
        table["value"] = value(seen.as_str());
    }
    table["path"] = value(glob::Pattern::escape(&acceptance.path));
    table["reason"] = value(UNREVIEWED);
    table
}

/// The 1-based line of each entry, in order.
fn entry_lines(text: &str) -> Result<Vec<u32>, TomlError> {
    let document = toml_edit::Document::parse(text)?;
    let entries = document
        .get("baseline")
        .and_then(Item::as_array_of_tables)
        .into_iter()
        .flatten();
    let line = |table: &Table| {
        let start = table.span().map_or(0, |span| span.start);
        let newlines = text.as_bytes()[..start]
            .iter()
            .filter(|byte| **byte == b'\n');
        u32::try_from(newlines.count() + 1).unwrap_or(u32::MAX)
    };
    Ok(entries.map(line).collect())
}
