//! Which patch is in which state on which stretch of an engine's history, without checking anything out.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::Path;
use std::sync::Arc;

use git2::{Oid, Repository, Sort};

use crate::checkout::RepoPath;
use crate::checkout::capability::{Era, Reader};
use crate::checkout::site::Site;
use crate::checkout::tree::{Committed, PathRules};
use crate::patch::judge::judgement::{JudgeError, Options};
use crate::patch::judge::plan::status;
use crate::patch::judge::report::{StackReport, State};
use crate::patch::series::Series;

/// A series over a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// The commits looked at, oldest first.
    pub commits: Vec<HistoryCommit>,
    /// One row per patch judged, in the order of the series.
    pub rows: Vec<Row>,
    /// The commits between them whose files are not all at hand, oldest first.
    pub unread: Vec<UnreadCommit>,
}

/// A commit that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadCommit {
    /// Its id.
    pub id: Oid,
    /// What could not be read, one sentence.
    pub reason: String,
    /// How many of [`Matrix::commits`] come before it.
    pub before: usize,
}

/// One commit of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryCommit {
    /// Its id.
    pub id: Oid,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
    /// The first line of its message, not valid UTF-8 replaced.
    pub summary: String,
    /// Where the series stands there; commits alike share one report.
    pub report: Arc<StackReport>,
}

/// One patch over the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The patch's name.
    pub patch: String,
    /// Stretches of commits that are alike, oldest first; none goes over a commit that could not be judged.
    pub ranges: Vec<Range>,
}

/// Neighbouring commits on which a patch is in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Index of the first commit in [`Matrix::commits`].
    pub first: usize,
    /// Index of the last commit.
    pub last: usize,
    /// The era of all of them.
    pub era: Option<Era>,
    /// The state on all of them.
    pub state: State,
    /// The file of the variant judged.
    pub file: String,
}

impl Range {
    /// How many commits.
    pub fn commits(&self) -> usize {
        self.last - self.first + 1
    }
}

impl Matrix {
    /// The stretches of history a patch applies to as it is.
    pub fn applies_to<'m>(&'m self, patch: &str) -> impl Iterator<Item = &'m Range> {
        let row = self.rows.iter().find(|row| row.patch == patch);
        let ranges = row.into_iter().flat_map(|row| &row.ranges);
        ranges.filter(|range| range.state == State::Applicable)
    }
}

/// Why there is no matrix.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    /// A commit or range of commits that is not there.
    #[error("`{revisions}` names no commits: {}", source.message())]
    NoSuchRevision {
        /// What was asked for.
        revisions: String,
        /// libgit2's word.
        source: git2::Error,
    },
    /// The history cannot be read.
    #[error("the history cannot be read: {}", .0.message())]
    History(#[from] git2::Error),
    /// The series cannot be judged.
    #[error(transparent)]
    Judge(#[from] JudgeError),
}

/// The commits of `revisions`, oldest first: everything a commit can reach, or a range `A..B`.
///
/// # Errors
/// When `revisions` names no commits or the history cannot be read.
pub fn history(repository: &Repository, revisions: &str) -> Result<Vec<Oid>, MatrixError> {
    let mut walk = repository.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME | Sort::REVERSE)?;
    let pushed = if revisions.contains("..") {
        walk.push_range(revisions)
    } else {
        let object = repository.revparse_single(revisions);
        object
            .and_then(|object| object.peel_to_commit())
            .and_then(|commit| walk.push(commit.id()))
    };
    pushed.map_err(|source| MatrixError::NoSuchRevision {
        revisions: revisions.to_owned(),
        source,
    })?;
    Ok(walk.collect::<Result<_, _>>()?)
}

/// Judges the series on every commit.
///
/// Commits whose files the series names are the same are judged once. One whose files a repository without all contents
/// lacks is told as not judged.
///
/// # Errors
/// When a commit cannot be read, or `options` name no patch.
pub fn matrix(
    repository: &Repository,
    series: &Series,
    options: &Options,
    history: &[Oid],
) -> Result<Matrix, MatrixError> {
    let paths = named(series);
    let mut judged = HashMap::new();
    let mut commits: Vec<HistoryCommit> = Vec::with_capacity(history.len());
    let mut unread = Vec::new();
    for id in history {
        let commit = repository.find_commit(*id)?;
        let report = commit
            .tree()
            .map_err(|error| JudgeError::Unreadable(io::Error::other(error)))
            .and_then(|tree| {
                let view = Committed::new(repository, tree);
                let key = fingerprint(&view, &paths)?;
                if let Some(report) = judged.get(&key) {
                    return Ok(Arc::clone(report));
                }
                let report = Arc::new(judge(repository, &view, series, options)?);
                judged.insert(key, Arc::clone(&report));
                Ok(report)
            });
        let report = match report {
            Ok(report) => report,
            Err(JudgeError::Unreadable(error)) => {
                unread.push(UnreadCommit {
                    id: *id,
                    reason: error.to_string(),
                    before: commits.len(),
                });
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        commits.push(HistoryCommit {
            id: *id,
            time: commit.time().seconds(),
            summary: first_line(commit.message_bytes()),
            report,
        });
    }
    Ok(Matrix {
        rows: rows(&commits, &unread),
        commits,
        unread,
    })
}

fn judge(
    repository: &Repository,
    view: &Committed<'_>,
    series: &Series,
    options: &Options,
) -> Result<StackReport, JudgeError> {
    let site = Site {
        view,
        committed: Some(view),
        blobs: Some(repository),
        rules: PathRules::default(),
        records: None,
    };
    status(site, series, options)
}

fn first_line(message: &[u8]) -> String {
    let line = message.split(|byte| *byte == b'\n').next();
    String::from_utf8_lossy(line.unwrap_or_default()).into_owned()
}

/// Every path a judgement can depend on.
struct Named {
    /// What patches change.
    patched: BTreeSet<RepoPath>,
    /// What probes look at, as they name it.
    probed: BTreeSet<String>,
}

fn named(series: &Series) -> Named {
    let variants = || series.patches.iter().flat_map(|patch| &patch.variants);
    let files = variants().flat_map(|variant| variant.files.iter().flatten());
    let patched = files.flat_map(|file| [Some(&file.path), file.from.as_ref()]);
    let readings = series.capabilities.iter();
    let readings = readings.flat_map(|capability| &capability.readings);
    let probes = variants()
        .flat_map(|variant| &variant.present)
        .chain(series.eras.iter().flat_map(|era| &era.when))
        .chain(series.features.iter().flat_map(|feature| &feature.when))
        .chain(readings.flat_map(|reading| &reading.when));
    Named {
        patched: patched.flatten().cloned().collect(),
        probed: probes.map(|probe| probe.file.clone()).collect(),
    }
}

/// What is at each path; two trees of one fingerprint are judged alike.
fn fingerprint(view: &Committed<'_>, paths: &Named) -> io::Result<Vec<Option<(Oid, i32)>>> {
    let reader = Reader::new(view);
    let at = |path: &Path| {
        let found = view.found(path)?;
        Ok(found.map(|entry| (entry.id(), entry.filemode())))
    };
    let probed = |path: &String| match reader.locate(path)? {
        Some(place) => at(Path::new(&place)),
        None => Ok(None),
    };
    let patched = paths.patched.iter().map(|path| at(path.as_path()));
    patched.chain(paths.probed.iter().map(probed)).collect()
}

fn rows(commits: &[HistoryCommit], unread: &[UnreadCommit]) -> Vec<Row> {
    let Some(first) = commits.first() else {
        return Vec::new();
    };
    let is_after_gap = |index: usize| {
        let gap = unread.binary_search_by_key(&index, |commit| commit.before);
        gap.is_ok()
    };
    let mut rows: Vec<Row> = Vec::new();
    for (column, patch) in first.report.patches.iter().enumerate() {
        let mut ranges: Vec<Range> = Vec::new();
        for (index, commit) in commits.iter().enumerate() {
            let Some(patch) = commit.report.patches.get(column) else {
                continue;
            };
            let range = Range {
                first: index,
                last: index,
                era: commit.report.era,
                state: patch.state,
                file: patch.file.clone(),
            };
            match ranges.last_mut() {
                Some(before) if before.is_like(&range) && !is_after_gap(index) => {
                    before.last = index;
                }
                _ => ranges.push(range),
            }
        }
        rows.push(Row {
            patch: patch.name.clone(),
            ranges,
        });
    }
    rows
}

impl Range {
    fn is_like(&self, other: &Range) -> bool {
        (self.era, self.state, &self.file) == (other.era, other.state, &other.file)
    }
}
