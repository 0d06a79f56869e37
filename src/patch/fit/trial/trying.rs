//! Tries one file of a patch after the other, on what those before leave.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::outcome::{FileTrial, Merge, outcomes};
use crate::checkout::blobs::Blobs;
use crate::checkout::tree::{Entry, PathRules, TreeView};
use crate::checkout::{FileImage, FileMode, RepoPath};
use crate::patch::fit::merge::{merge, sides};
use crate::patch::fit::place::place;
use crate::patch::fit::problem::FileProblem;
use crate::patch::format::file::{FileOperation, FilePatch};

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

pub(super) struct Trying<'t> {
    pub(super) view: &'t dyn TreeView,
    /// Pre-images, where merging is wanted.
    pub(super) blobs: Option<&'t dyn Blobs>,
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
    pub(super) fn new(patch: &[FilePatch], view: &'t dyn TreeView, rules: PathRules) -> Trying<'t> {
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

    pub(super) fn file(&mut self, patch: &FilePatch) -> io::Result<FileTrial> {
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
        for parent in path.parents().rev() {
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
pub(super) fn refuse_files_as_folders(
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
        for parent in patch.path.parents() {
            if !is_folder(&parent)? {
                file.problem = Some(FileProblem::NotAFile(parent));
                file.after = None;
            }
        }
    }
    Ok(())
}
