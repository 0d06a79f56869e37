//! Tries a whole patch on a tree, as `git apply` would, and touches nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::checkout::blobs::Blobs;
use crate::checkout::tree::{Entry, PathRules, TreeView};
use crate::checkout::{FileChange, FileImage, FileMode, RepoPath};
use crate::patch::fit::image::Placed;
use crate::patch::fit::merge::{merge, sides};
use crate::patch::fit::place::place;
use crate::patch::fit::problem::FileProblem;
use crate::patch::format::file::{FileOperation, FilePatch};

/// What a patch would do to a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// One entry per file patch, in order.
    pub files: Vec<FileTrial>,
}

/// What a patch would do to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTrial {
    /// What happens, once a plain diff's creation or deletion is decided by the tree.
    pub operation: FileOperation,
    /// The file read from.
    pub before: Option<FileImage>,
    /// The file written; `None` for a deletion and for a file that cannot be patched.
    pub after: Option<FileImage>,
    /// One entry per hunk; `None` where it fits nowhere.
    pub hunks: Vec<Option<Placed>>,
    /// What keeps the file as a whole from being patched.
    pub problem: Option<FileProblem>,
    /// How a merge ended, where one was tried.
    pub merge: Option<Merge>,
}

/// How a three-way merge ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Without conflict.
    Clean,
    /// Both sides changed the same lines.
    Conflict,
}

impl FileTrial {
    /// True where the file can be patched.
    pub fn applies(&self) -> bool {
        self.problem.is_none()
            && match self.merge {
                Some(merge) => merge == Merge::Clean,
                None => self.hunks.iter().all(Option::is_some),
            }
    }
}

impl Trial {
    /// True where every file can be patched.
    pub fn applies(&self) -> bool {
        self.files.iter().all(FileTrial::applies)
    }

    /// How far from the lines in their headers the hunks were placed, summed up.
    pub fn distance(&self) -> usize {
        let hunks = self.files.iter().flat_map(|file| &file.hunks);
        hunks.flatten().fold(0, |sum, hunk| {
            sum.saturating_add(hunk.offset.unsigned_abs())
        })
    }
}

/// Tries `patch` on `view`.
///
/// # Errors
/// When a file of the tree cannot be read.
pub fn try_patch(patch: &[FilePatch], view: &dyn TreeView, rules: PathRules) -> io::Result<Trial> {
    try_with(patch, Trying::new(patch, view, rules))
}

/// Tries to merge `patch` into `view`, file by file, as `git apply --3way` would: against the pre-image where it is at hand,
/// else by placing the hunks.
///
/// # Errors
/// When a file of the tree or a pre-image cannot be read.
pub fn try_merge(
    patch: &[FilePatch],
    view: &dyn TreeView,
    rules: PathRules,
    blobs: &dyn Blobs,
) -> io::Result<Trial> {
    let mut trying = Trying::new(patch, view, rules);
    trying.blobs = Some(blobs);
    try_with(patch, trying)
}

fn try_with(patch: &[FilePatch], mut trying: Trying<'_>) -> io::Result<Trial> {
    let files = patch.iter().map(|file| trying.file(file));
    let mut files: Vec<FileTrial> = files.collect::<io::Result<_>>()?;
    refuse_files_as_folders(patch, &mut files, trying.view)?;
    Ok(Trial { files })
}

/// The changes a trial that applies makes: one per path, sorted; none where a file stays as it is.
///
/// # Errors
/// When a file of the tree cannot be read.
pub fn changes(
    patch: &[FilePatch],
    trial: &Trial,
    view: &dyn TreeView,
) -> io::Result<Vec<FileChange>> {
    let mut after = BTreeMap::new();
    for (path, image) in outcomes(patch, &trial.files) {
        after.insert(path, image);
    }
    let mut changes = Vec::new();
    for (path, after) in after {
        let before = match view.entry(&path)? {
            Entry::File(image) => Some(image),
            _ => None,
        };
        if before != after {
            changes.push(FileChange {
                path,
                before,
                after,
            });
        }
    }
    Ok(changes)
}

/// What is left at each path: removals first, so that what is written to a path another part of the patch vacates stays.
fn outcomes(patch: &[FilePatch], files: &[FileTrial]) -> Vec<(RepoPath, Option<FileImage>)> {
    let leaves = |patch: &&FilePatch| patch.operation != FileOperation::Copy;
    let left = patch.iter().filter(leaves).filter_map(|patch| {
        let moved = patch.from.is_some() || patch.operation == FileOperation::Delete;
        patch.read_path().filter(|_| moved)
    });
    let removed = left.map(|path| (path.clone(), None));
    let written = patch.iter().zip(files).filter_map(|(patch, file)| {
        let image = file.after.clone()?;
        Some((patch.path.clone(), Some(image)))
    });
    removed.chain(written).collect()
}

fn vacated(patch: &FilePatch) -> Option<&RepoPath> {
    match patch.operation {
        FileOperation::Delete | FileOperation::Rename => patch.read_path(),
        _ => None,
    }
}

/// What the patch has done so far to a path it names.
enum Seen {
    Written(FileImage),
    Vacated,
    ToBeVacated,
}

struct Trying<'t> {
    view: &'t dyn TreeView,
    /// Pre-images, where merging is wanted.
    blobs: Option<&'t dyn Blobs>,
    rules: PathRules,
    seen: BTreeMap<RepoPath, Seen>,
    links_kept: BTreeSet<RepoPath>,
    links_removed: BTreeSet<RepoPath>,
}

/// The file a patch starts from, and what the patch is once that is known.
struct Start {
    operation: FileOperation,
    image: Option<FileImage>,
}

impl<'t> Trying<'t> {
    fn new(patch: &[FilePatch], view: &'t dyn TreeView, rules: PathRules) -> Trying<'t> {
        let link = |mode: Option<FileMode>| mode == Some(FileMode::Symlink);
        let leaves = patch.iter().filter_map(vacated);
        let removed = patch.iter().filter(|file| link(file.old_mode));
        let kept = patch.iter().filter(|file| link(file.new_mode));
        Trying {
            view,
            blobs: None,
            rules,
            seen: leaves
                .map(|path| (path.clone(), Seen::ToBeVacated))
                .collect(),
            links_kept: kept.filter_map(FilePatch::written_path).cloned().collect(),
            links_removed: removed.filter_map(vacated).cloned().collect(),
        }
    }

    fn file(&mut self, patch: &FilePatch) -> io::Result<FileTrial> {
        let mut trial = FileTrial {
            operation: patch.operation,
            before: None,
            after: None,
            hunks: Vec::new(),
            problem: None,
            merge: None,
        };
        let start = match self.start(patch)? {
            Ok(start) => start,
            Err(problem) => {
                trial.problem = Some(problem);
                trial.hunks = vec![None; patch.hunks.len()];
                return Ok(trial);
            }
        };
        trial.operation = start.operation;
        trial.problem = self.destination_problem(patch, &start)?;
        let content = start.image.as_ref().map_or(&[][..], |image| &image.data);
        let placement = place(content, &patch.hunks);
        trial.hunks = placement.hunks;
        let result = match self.merged(patch, &start, &mut trial)? {
            Some(result) => result,
            None => placement.result,
        };
        if let (Some(data), None) = (result, &trial.problem) {
            self.finish(patch, &start, data, &mut trial);
        }
        trial.before = start.image;
        Ok(trial)
    }

    /// What a merge makes of the file, `Some(None)` on a conflict; `None` where there is nothing to merge with.
    fn merged(
        &self,
        patch: &FilePatch,
        start: &Start,
        trial: &mut FileTrial,
    ) -> io::Result<Option<Option<Vec<u8>>>> {
        let Some(blobs) = self.blobs else {
            return Ok(None);
        };
        let ours = match (&trial.problem, &start.image) {
            // Two creations of one file are merged, too.
            (Some(FileProblem::Exists(path)), None) => match self.view.entry(path)? {
                Entry::File(image) => image,
                _ => return Ok(None),
            },
            (None, Some(image)) => image.clone(),
            _ => return Ok(None),
        };
        let Some(sides) = sides(patch, blobs)? else {
            return Ok(None);
        };
        trial.problem = None;
        let merged = merge(&sides.before, &ours.data, &sides.after)?;
        trial.merge = Some(match merged {
            Some(_) => Merge::Clean,
            None => Merge::Conflict,
        });
        Ok(Some(merged))
    }

    fn finish(&mut self, patch: &FilePatch, start: &Start, data: Vec<u8>, trial: &mut FileTrial) {
        if start.operation == FileOperation::Delete {
            if !data.is_empty() {
                trial.problem = Some(FileProblem::DeletionLeavesContent(patch.path.clone()));
            }
        } else {
            let kept = start.image.as_ref().map(|image| image.mode);
            let mode = patch.new_mode.or(kept).unwrap_or(FileMode::Regular);
            let image = FileImage { mode, data };
            self.seen
                .insert(patch.path.clone(), Seen::Written(image.clone()));
            trial.after = Some(image);
        }
        if let Some(left) = vacated(patch) {
            self.seen.insert(left.clone(), Seen::Vacated);
        }
    }

    fn start(&self, patch: &FilePatch) -> io::Result<Result<Start, FileProblem>> {
        let start = |image| Start {
            operation: patch.operation,
            image,
        };
        let Some(old) = patch.read_path() else {
            return Ok(Ok(start(None)));
        };
        // A rename or copy reads what the tree had before the patch, whatever the order of its parts.
        let moves = matches!(patch.operation, FileOperation::Rename | FileOperation::Copy);
        let image = match self.seen.get(old).filter(|_| !moves) {
            Some(Seen::Vacated) => return Ok(Err(FileProblem::Gone(old.clone()))),
            Some(Seen::Written(image)) => image.clone(),
            Some(Seen::ToBeVacated) | None => match self.view.entry(old)? {
                Entry::File(image) => image,
                Entry::Absent if !patch.certain => {
                    return Ok(Ok(Start {
                        operation: FileOperation::Create,
                        image: None,
                    }));
                }
                other => return Ok(Err(unreadable(old, &other))),
            },
        };
        let is_link = image.mode == FileMode::Symlink;
        let expects = [patch.old_mode, patch.new_mode];
        let differs = |mode: &FileMode| (*mode == FileMode::Symlink) != is_link;
        if expects.iter().flatten().any(differs) && patch.operation != FileOperation::Create {
            return Ok(Err(FileProblem::WrongType(old.clone())));
        }
        Ok(Ok(start(Some(image))))
    }

    fn destination_problem(
        &self,
        patch: &FilePatch,
        start: &Start,
    ) -> io::Result<Option<FileProblem>> {
        let path = &patch.path;
        if start.operation == FileOperation::Delete {
            return Ok(None);
        }
        let makes = start.operation != FileOperation::Modify;
        if makes && let Some(problem) = self.occupied(path)? {
            return Ok(Some(problem));
        }
        let beyond = self.link_on_the_way(path)?;
        Ok(beyond.map(|link| FileProblem::BeyondSymlink {
            path: path.clone(),
            link,
        }))
    }

    fn occupied(&self, path: &RepoPath) -> io::Result<Option<FileProblem>> {
        let leaves = matches!(self.seen.get(path), Some(Seen::Vacated | Seen::ToBeVacated));
        match self.view.entry(path)? {
            Entry::File(_) | Entry::Other if !leaves => {
                return Ok(Some(FileProblem::Exists(path.clone())));
            }
            Entry::Folder => return Ok(Some(FileProblem::NotAFile(path.clone()))),
            _ => {}
        }
        if !self.rules.ignore_case {
            return Ok(None);
        }
        let twin = self.view.case_twin(path)?;
        let collides = |twin: &RepoPath| {
            !matches!(self.seen.get(twin), Some(Seen::Vacated | Seen::ToBeVacated))
        };
        Ok(twin
            .filter(collides)
            .map(|existing| FileProblem::CaseCollision {
                path: path.clone(),
                existing,
            }))
    }

    fn link_on_the_way(&self, path: &RepoPath) -> io::Result<Option<RepoPath>> {
        for (end, _) in path.as_str().match_indices('/').rev() {
            let Some(parent) = RepoPath::new(&path.as_str()[..end]) else {
                continue;
            };
            if self.links_kept.contains(&parent) {
                return Ok(Some(parent));
            }
            if self.links_removed.contains(&parent) {
                continue;
            }
            match self.view.entry(&parent)? {
                Entry::File(image) if image.mode == FileMode::Symlink => return Ok(Some(parent)),
                Entry::BeyondSymlink(link) if !self.links_removed.contains(&link) => {
                    return Ok(Some(link));
                }
                _ => {}
            }
        }
        Ok(None)
    }
}

fn unreadable(path: &RepoPath, entry: &Entry) -> FileProblem {
    match entry {
        Entry::BeyondSymlink(link) => FileProblem::BeyondSymlink {
            path: path.clone(),
            link: link.clone(),
        },
        Entry::Absent => FileProblem::Missing(path.clone()),
        Entry::Folder | Entry::Other | Entry::File(_) => FileProblem::NotAFile(path.clone()),
    }
}

/// `git apply --check` lets a file be made below what is a file itself, and `git apply` then fails half-way.
fn refuse_files_as_folders(
    patch: &[FilePatch],
    files: &mut [FileTrial],
    view: &dyn TreeView,
) -> io::Result<()> {
    let result: BTreeMap<_, _> = outcomes(patch, files).into_iter().collect();
    let is_folder = |path: &RepoPath| -> io::Result<bool> {
        match result.get(path) {
            Some(image) => Ok(image.is_none()),
            None => Ok(!matches!(view.entry(path)?, Entry::File(_) | Entry::Other)),
        }
    };
    for (patch, file) in patch.iter().zip(files) {
        if file.after.is_none() || file.operation == FileOperation::Modify {
            continue;
        }
        for (end, _) in patch.path.as_str().match_indices('/') {
            let parent = RepoPath::new(&patch.path.as_str()[..end]);
            if let Some(parent) = parent
                && !is_folder(&parent)?
            {
                file.problem = Some(FileProblem::NotAFile(parent));
                file.after = None;
            }
        }
    }
    Ok(())
}
