//! `granite-bundle/patch/1`, the document of every `patch` command.

mod history;
mod judged;
mod outcome;

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Serialize;

pub use history::{Stretch, Unread};
pub use judged::Patch;
pub use outcome::{Settled, Transaction};

use super::Body;
use crate::patch::judge::report::{CapabilityReport, StackReport, State};
use crate::patch::series::Series;

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    /// The subcommand.
    pub command: &'static str,
    /// True exactly when the exit code is 0.
    pub ok: bool,
    /// The checkout; null only for `list` without one.
    pub engine: Option<Engine<'a>>,
    /// Where the patches come from.
    pub stack: Stack<'a>,
    /// One for each capability the series declares.
    pub capabilities: Vec<Capability<'a>>,
    /// One for each patch judged, in order.
    pub patches: Vec<Patch<'a>>,
    /// What only some commands say.
    #[serde(flatten)]
    pub details: Details<'a>,
}

/// Members present only where a command has them to say.
#[derive(Debug, Default, Serialize)]
pub struct Details<'a> {
    /// `apply`, `revert`: true where nothing was done because of `--dry-run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
    /// `apply`, `revert`: what was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction: Option<Transaction<'a>>,
    /// `check`, `apply`, `revert`, `verify`: why not, one sentence each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problems: Option<Vec<String>>,
    /// `status`, `check`: what to run next, each a command for a POSIX shell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Vec<String>>,
    /// `diff`: a unified diff that `git apply` takes.
    #[serde(flatten)]
    pub diff: Option<Diff>,
    /// `recover`: how an interrupted transaction was settled; null where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovered: Option<Option<Settled<'a>>>,
    /// `matrix`: stretches of history that are alike, patch by patch, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matrix: Option<Vec<Stretch<'a>>>,
    /// `matrix`: the commits that could not be judged, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread<'a>>,
}

/// The checkout.
#[derive(Debug, Serialize)]
pub struct Engine<'a> {
    /// As given.
    pub path: &'a str,
    /// 40 hex.
    pub head: Option<String>,
    /// An id of `series.toml`.
    pub era: Option<String>,
    /// Capability ids.
    pub native: Vec<&'static str>,
    /// Files that differ from the commit by more than the stack's patches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited: Option<Vec<Cow<'a, str>>>,
}

/// Where the patches come from.
#[derive(Debug, Serialize)]
pub struct Stack<'a> {
    /// `built-in`, or the folder as given.
    pub source: &'a str,
}

/// One capability.
#[derive(Debug, Serialize)]
pub struct Capability<'a> {
    id: &'static str,
    state: State,
    patch: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// A diff, whole whatever its bytes.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// The text; null where it is no UTF-8.
    diff: Option<String>,
    /// Its bytes in base64 (RFC 4648) then.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff_base64: Option<String>,
}

impl Diff {
    /// That diff.
    pub fn of(bytes: &[u8]) -> Diff {
        let text = String::from_utf8(bytes.to_owned()).ok();
        let encoded = text.is_none().then(|| BASE64_STANDARD.encode(bytes));
        Diff {
            diff: text,
            diff_base64: encoded,
        }
    }
}

impl Body for Document<'_> {
    const SCHEMA: &'static str = "granite-bundle/patch/1";
}

impl<'a> Document<'a> {
    /// A document that judges nothing; `engine` is path and head.
    pub fn bare(
        command: &'static str,
        ok: bool,
        engine: Option<(&'a str, Option<git2::Oid>)>,
        source: &'a str,
    ) -> Document<'a> {
        Document {
            command,
            ok,
            engine: engine.map(|(path, head)| Engine {
                path,
                head: head.map(|oid| oid.to_string()),
                era: None,
                native: Vec::new(),
                edited: None,
            }),
            stack: Stack { source },
            capabilities: Vec::new(),
            patches: Vec::new(),
            details: Details::default(),
        }
    }

    /// The document of `list`.
    pub fn list(
        engine: Option<(&'a str, Option<git2::Oid>)>,
        source: &'a str,
        series: &'a Series,
    ) -> Document<'a> {
        let mut document = Document::bare("list", true, engine, source);
        document.patches = series.patches.iter().map(Patch::listed).collect();
        document
    }

    /// The document of a judged stack; `engine` is path and head.
    pub fn of(
        command: &'static str,
        ok: bool,
        engine: (&'a str, Option<git2::Oid>),
        source: &'a str,
        report: &'a StackReport,
    ) -> Document<'a> {
        let (path, head) = engine;
        Document {
            command,
            ok,
            engine: Some(Engine {
                path,
                head: head.map(|oid| oid.to_string()),
                era: report.era.map(|era| era.to_string()),
                native: report
                    .native
                    .iter()
                    .map(|capability| capability.id())
                    .collect(),
                edited: None,
            }),
            stack: Stack { source },
            capabilities: report.capabilities.iter().map(Capability::of).collect(),
            patches: report.patches.iter().map(Patch::of).collect(),
            details: Details::default(),
        }
    }
}

impl<'a> Capability<'a> {
    fn of(report: &'a CapabilityReport) -> Capability<'a> {
        Capability {
            id: report.id.id(),
            state: report.state,
            patch: report.patch.as_deref(),
            by: report.by(),
            reason: report.reason(),
        }
    }
}
