//! `granite-bundle/patch/1`, the document of every `patch` command.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Serialize;

use super::Body;
use crate::checkout::RepoPath;
use crate::patch::change::transaction::{KeptEdit, Outcome, Recovered};
use crate::patch::fit::explain::HunkReport;
use crate::patch::judge::matrix::{Matrix, Range, Row, UnreadCommit};
use crate::patch::judge::report::{CapabilityReport, FileReport, PatchReport, StackReport, State};
use crate::patch::series::{self, Series};

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

/// One patch.
#[derive(Debug, Serialize)]
pub struct Patch<'a> {
    name: &'a str,
    #[serde(flatten)]
    about: Option<About<'a>>,
    file: &'a str,
    state: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    files: Vec<File<'a>>,
}

/// What `list` says besides.
#[derive(Debug, Serialize)]
struct About<'a> {
    title: &'a str,
    eras: Vec<String>,
    provides: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct File<'a> {
    path: Cow<'a, str>,
    state: State,
    preimage: Option<String>,
    postimage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    hunks: Vec<Hunk>,
}

#[derive(Debug, Serialize)]
struct Hunk {
    index: usize,
    applies: bool,
    line: Option<usize>,
    offset: Option<isize>,
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

/// What a transaction did.
#[derive(Debug, Serialize)]
pub struct Transaction<'a> {
    changed: Vec<Cow<'a, str>>,
    left: Vec<Kept<'a>>,
    commits: Vec<String>,
}

/// How an interrupted transaction was settled.
#[derive(Debug, Serialize)]
pub struct Settled<'a> {
    action: &'static str,
    patches: &'a [String],
    outcome: &'static str,
    left: Vec<Kept<'a>>,
}

/// A commit that could not be judged.
#[derive(Debug, Serialize)]
pub struct Unread<'a> {
    commit: String,
    reason: &'a str,
}

/// Neighbouring commits on which a patch is in one state.
#[derive(Debug, Serialize)]
pub struct Stretch<'a> {
    patch: &'a str,
    era: Option<String>,
    state: State,
    file: Option<&'a str>,
    first: String,
    last: String,
    commits: usize,
}

/// A file left as others had edited it.
#[derive(Debug, Serialize)]
struct Kept<'a> {
    path: Cow<'a, str>,
    place: String,
    reason: &'static str,
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

impl<'a> Patch<'a> {
    fn of(report: &'a PatchReport) -> Patch<'a> {
        Patch {
            name: &report.name,
            about: None,
            file: &report.file,
            state: Some(report.state),
            reason: report.reason.as_deref(),
            files: report.files.iter().map(File::of).collect(),
        }
    }

    fn listed(patch: &'a series::Patch) -> Patch<'a> {
        Patch {
            name: &patch.name,
            about: Some(About {
                title: &patch.title,
                eras: patch.eras().iter().map(ToString::to_string).collect(),
                provides: patch
                    .provides
                    .iter()
                    .map(|capability| capability.id())
                    .collect(),
            }),
            file: patch.current().next().map_or("", |variant| &variant.file),
            state: None,
            reason: None,
            files: Vec::new(),
        }
    }
}

impl<'a> File<'a> {
    fn of(report: &'a FileReport) -> File<'a> {
        File {
            path: report.path.shown(),
            state: report.state,
            preimage: report.preimage.map(|oid| oid.to_string()),
            postimage: report.postimage.map(|oid| oid.to_string()),
            problem: report.problem.as_ref().map(ToString::to_string),
            hunks: report.hunks.iter().map(Hunk::of).collect(),
        }
    }
}

impl Hunk {
    fn of(report: &HunkReport) -> Hunk {
        Hunk {
            index: report.index,
            applies: report.applies(),
            line: report.line,
            offset: report.offset,
        }
    }
}

impl<'a> Unread<'a> {
    /// Every commit that could not be judged.
    pub fn all(matrix: &'a Matrix) -> Vec<Unread<'a>> {
        let commits = matrix.unread.iter();
        let one = |commit: &'a UnreadCommit| Unread {
            commit: commit.id.to_string(),
            reason: &commit.reason,
        };
        commits.map(one).collect()
    }
}

impl<'a> Stretch<'a> {
    /// Every stretch, patch by patch.
    pub fn all(matrix: &'a Matrix) -> Vec<Stretch<'a>> {
        let stretch = |row: &'a Row, range: &'a Range| Stretch {
            patch: &row.patch,
            era: range.era.map(|era| era.to_string()),
            state: range.state,
            file: Some(range.file.as_str()).filter(|file| !file.is_empty()),
            first: matrix.commits[range.first].id.to_string(),
            last: matrix.commits[range.last].id.to_string(),
            commits: range.commits(),
        };
        let rows = matrix.rows.iter();
        rows.flat_map(|row| row.ranges.iter().map(move |range| stretch(row, range)))
            .collect()
    }
}

impl<'a> Transaction<'a> {
    /// What went through.
    pub fn of(outcome: &'a Outcome) -> Transaction<'a> {
        Transaction {
            changed: outcome.changed.iter().map(RepoPath::shown).collect(),
            left: outcome.kept.iter().map(Kept::of).collect(),
            commits: outcome.commits.iter().map(ToString::to_string).collect(),
        }
    }
}

impl<'a> Settled<'a> {
    /// What was found and how it ended.
    pub fn of(recovered: &'a Recovered) -> Settled<'a> {
        Settled {
            action: recovered.action.verb(),
            patches: &recovered.patches,
            outcome: if recovered.finished {
                "finished"
            } else {
                "undone"
            },
            left: recovered.kept.iter().map(Kept::of).collect(),
        }
    }
}

impl<'a> Kept<'a> {
    fn of(kept: &'a KeptEdit) -> Kept<'a> {
        Kept {
            path: kept.path.shown(),
            place: kept.at.display().to_string(),
            reason: kept.reason.into(),
        }
    }
}
