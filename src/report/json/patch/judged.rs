//! What a stack's patches are, and where each stands, file by file and hunk by hunk.

use std::borrow::Cow;

use serde::Serialize;

use crate::patch::fit::explain::HunkReport;
use crate::patch::judge::report::{FileReport, PatchReport, State};
use crate::patch::series;

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

impl<'a> Patch<'a> {
    /// A patch that was judged.
    pub fn of(report: &'a PatchReport) -> Patch<'a> {
        Patch {
            name: &report.name,
            about: None,
            file: &report.file,
            state: Some(report.state),
            reason: report.reason.as_deref(),
            files: report.files.iter().map(File::of).collect(),
        }
    }

    /// A patch as it lies in the series, judged nowhere.
    pub fn listed(patch: &'a series::Patch) -> Patch<'a> {
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
