//! `granite-bundle/diff/1`.

use serde::Serialize;

use crate::bundle::{self, Area, ChangeKind, shown};

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
    pub changes: Vec<Difference<'a>>,
}

/// One difference.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Difference<'a> {
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
        changes: &'a [bundle::Difference],
    ) -> Document<'a> {
        Document {
            schema: SCHEMA,
            a: shown(&a.path),
            b: shown(&b.path),
            same: changes.is_empty(),
            changes: changes.iter().map(Difference::new).collect(),
        }
    }
}

impl<'a> Difference<'a> {
    fn new(change: &'a bundle::Difference) -> Difference<'a> {
        Difference {
            section: match change.section {
                Area::Bundle => "bundle",
                Area::Asset => "asset",
                Area::Functions => "functions",
                Area::Weights => "weights",
                Area::Operations => "operations",
                Area::Tokenizer => "tokenizer",
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
