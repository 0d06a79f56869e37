//! `granite-bundle/diff/1`.

use serde::Serialize;

use crate::bundle::{self, ChangeKind, Section, shown};

/// Name and version of the document.
const SCHEMA: &str = "granite-bundle/diff/1";

/// The whole document.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Document<'a> {
    pub schema: &'static str,
    pub a: String,
    pub b: String,
    pub same: bool,
    pub changes: Vec<Change<'a>>,
}

/// One difference.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Change<'a> {
    pub section: &'static str,
    pub subject: &'a str,
    pub change: &'static str,
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
}

impl<'a> Document<'a> {
    /// The document of the changes from `a` to `b`.
    pub fn new(
        a: &bundle::Target,
        b: &bundle::Target,
        changes: &'a [bundle::Change],
    ) -> Document<'a> {
        Document {
            schema: SCHEMA,
            a: shown(&a.path),
            b: shown(&b.path),
            same: changes.is_empty(),
            changes: changes.iter().map(Change::new).collect(),
        }
    }
}

impl<'a> Change<'a> {
    fn new(change: &'a bundle::Change) -> Change<'a> {
        Change {
            section: match change.section {
                Section::Bundle => "bundle",
                Section::Asset => "asset",
                Section::Functions => "functions",
                Section::Weights => "weights",
                Section::Operations => "operations",
                Section::Tokenizer => "tokenizer",
            },
            subject: &change.subject,
            change: match change.kind {
                ChangeKind::Added => "added",
                ChangeKind::Removed => "removed",
                ChangeKind::Changed => "changed",
                ChangeKind::Renamed => "renamed",
                ChangeKind::Reordered => "reordered",
            },
            before: change.before.as_deref(),
            after: change.after.as_deref(),
        }
    }
}
