//! `granite-bundle/diff/1`.

use serde::Serialize;

use super::Body;
use crate::bundle::{self, shown};

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    pub a: String,
    pub b: String,
    pub same: bool,
    pub changes: Vec<Difference<'a>>,
}

/// One difference.
#[derive(Debug, Serialize)]
pub struct Difference<'a> {
    pub section: &'static str,
    pub subject: &'a str,
    pub change: &'static str,
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
}

impl Body for Document<'_> {
    const SCHEMA: &'static str = "granite-bundle/diff/1";
}

impl<'a> Document<'a> {
    /// The document of the changes from `a` to `b`.
    pub fn new(
        a: &bundle::Target,
        b: &bundle::Target,
        changes: &'a [bundle::Difference],
    ) -> Document<'a> {
        Document {
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
            section: change.section.into(),
            subject: &change.subject,
            change: change.kind.into(),
            before: change.before.as_deref(),
            after: change.after.as_deref(),
        }
    }
}
