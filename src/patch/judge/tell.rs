//! Reports of a patch and of its files.

use std::io;

use git2::Oid;

use crate::checkout::{FileChange, FileImage, RepoPath};
use crate::patch::fit::explain;
use crate::patch::fit::trial::FileTrial;
use crate::patch::format::file::FilePatch;
use crate::patch::judge::detect::blob_id;
use crate::patch::judge::report::{FileReport, PatchReport, State};
use crate::patch::series::{Patch, Variant};

pub(super) fn empty_report(patch: &Patch, variant: Option<&Variant>, state: State) -> PatchReport {
    PatchReport {
        name: patch.name.clone(),
        file: variant.map_or_else(String::new, |variant| variant.file.clone()),
        state,
        files: Vec::new(),
        achievable: false,
        reason: None,
    }
}

pub(super) fn tried_file(
    patch: &FilePatch,
    trial: &FileTrial,
    state: State,
) -> io::Result<FileReport> {
    let applies = state == State::Applicable;
    Ok(FileReport {
        path: patch.path.clone(),
        from: patch.from.clone(),
        operation: trial.operation,
        state,
        preimage: id(trial.before.as_ref())?,
        postimage: id(trial.after.as_ref().filter(|_| applies))?,
        problem: trial.problem.clone(),
        hunks: explain::hunks(patch, trial),
    })
}

pub(super) fn present_file(
    patch: &FilePatch,
    state: State,
    removal: &[FileChange],
) -> io::Result<FileReport> {
    let at = |path: &RepoPath| removal.iter().find(|change| change.path == *path);
    let now = at(&patch.path).and_then(|change| change.before.as_ref());
    let source = patch.from.as_ref().unwrap_or(&patch.path);
    let before = at(source).and_then(|change| change.after.as_ref());
    Ok(FileReport {
        path: patch.path.clone(),
        from: patch.from.clone(),
        operation: patch.operation,
        state,
        preimage: id(before)?,
        postimage: id(now)?,
        problem: None,
        hunks: explain::hunks_there(patch, now.map_or(&[], |image| &image.data)),
    })
}

fn id(image: Option<&FileImage>) -> io::Result<Option<Oid>> {
    image.map(|image| blob_id(&image.data)).transpose()
}
