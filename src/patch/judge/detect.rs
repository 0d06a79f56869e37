//! Which patches of a series a tree has already, told by content, and the tree without them.

use std::collections::BTreeMap;
use std::io;

use git2::{ObjectType, Oid};

use crate::checkout::blobs::Blobs;
use crate::checkout::capability::{Era, all_hold};
use crate::checkout::site::Records;
use crate::checkout::tree::{Entry, Overlay, PathRules, TreeView, image};
use crate::checkout::{FileChange, FileImage, FileMode, RepoPath};
use crate::patch::fit::merge::{merge, sides};
use crate::patch::fit::place::place_exactly;
use crate::patch::fit::trial::{Trial, changes, try_patch};
use crate::patch::format::file::{FileOperation, FilePatch};
use crate::patch::series::{Patch, Variant};

/// A patch found in a tree.
#[derive(Debug, Clone)]
pub struct Detected<'s> {
    /// The variant that is there.
    pub variant: &'s Variant,
    /// The changes that take it away again.
    pub removal: Vec<FileChange>,
    /// Whether edits where the patch is kept it from being taken away by placing its hunks backwards.
    pub entangled: bool,
}

/// A tree with the patches of a series taken away as far as they are there.
pub struct Stripped<'s, 'v> {
    /// What is left.
    pub tree: Overlay<'v>,
    /// What was found, by name.
    pub found: BTreeMap<&'s str, Detected<'s>>,
}

/// What a tree is looked at with.
#[derive(Clone, Copy)]
pub struct Looking<'v> {
    /// The tree as committed, where there is one.
    pub committed: Option<&'v dyn TreeView>,
    /// Where recorded pre-images can be had.
    pub blobs: Option<&'v dyn Blobs>,
    /// How paths are read.
    pub rules: PathRules,
    /// What was put into the tree, as far as that was recorded.
    pub records: Option<&'v dyn Records>,
    /// The tree's era.
    pub era: Option<Era>,
}

/// Takes the patches out of a tree, last first.
///
/// # Errors
/// When a file of the tree cannot be read.
pub fn strip<'s, 'v>(
    patches: impl DoubleEndedIterator<Item = &'s Patch>,
    view: &'v dyn TreeView,
    looking: Looking<'v>,
) -> io::Result<Stripped<'s, 'v>> {
    let mut stripped = Stripped {
        tree: Overlay::new(view),
        found: BTreeMap::new(),
    };
    for patch in patches.rev() {
        for variant in by_era(patch, looking.era) {
            if let Some(found) = find(patch, variant, &stripped.tree, looking)? {
                stripped.tree.apply(&found.removal);
                stripped.found.insert(&patch.name, found);
                break;
            }
        }
    }
    Ok(stripped)
}

/// The patch's variants, those written for `era` first.
pub fn by_era(patch: &Patch, era: Option<Era>) -> impl Iterator<Item = &Variant> {
    let fits = move |variant: &&Variant| era.is_some_and(|era| variant.eras.contains(&era));
    let first = patch.variants.iter().filter(fits);
    first.chain(patch.variants.iter().filter(move |variant| !fits(variant)))
}

fn find<'s>(
    patch: &Patch,
    variant: &'s Variant,
    tree: &Overlay<'_>,
    looking: Looking<'_>,
) -> io::Result<Option<Detected<'s>>> {
    let Ok(files) = &variant.files else {
        return Ok(None);
    };
    if !all_hold(&variant.present, tree)? {
        return Ok(None);
    }
    let found = |removal, entangled| Detected {
        variant,
        removal,
        entangled,
    };
    if let Some(removal) = as_recorded(patch, variant, tree, looking)? {
        return Ok(Some(found(removal, false)));
    }
    if let Some((trial, removal)) = backwards(files, tree, looking.rules)? {
        let there = is_there(variant, files, &trial, &removal, tree, looking)?;
        return Ok(there.then(|| found(removal, false)));
    }
    let removal = merged_out(files, tree, looking)?;
    Ok(removal.map(|removal| found(removal, true)))
}

/// What takes a patch away where every file is still what is recorded to have come of it, however it was put in: by a
/// merge, its hunks may not be placed backwards.
fn as_recorded(
    patch: &Patch,
    variant: &Variant,
    tree: &dyn TreeView,
    looking: Looking<'_>,
) -> io::Result<Option<Vec<FileChange>>> {
    let recorded = match looking.records {
        Some(records) => records.changes(&patch.name, &variant.digest)?,
        None => None,
    };
    let mut removal = Vec::new();
    for change in recorded.into_iter().flatten() {
        if image(tree, &change.path)? != change.after {
            return Ok(None);
        }
        removal.push(change.reversed());
    }
    Ok((!removal.is_empty()).then_some(removal))
}

/// Takes a file's change away where the file is the very post-image recorded, so that not even context is needed.
fn rewound(file: &FilePatch, tree: &dyn TreeView) -> io::Result<Option<Vec<FileChange>>> {
    let now = image(tree, &file.path)?;
    let fits = matches!(
        file.operation,
        FileOperation::Modify | FileOperation::Rename
    ) && is_blob(now.as_ref(), &file.postimage)?;
    let Some(now) = now.filter(|_| fits) else {
        return Ok(None);
    };
    let Some(data) = place_exactly(&now.data, &file.reversed().hunks) else {
        return Ok(None);
    };
    let mode = mode_before(file, now.mode);
    let change = |path: &RepoPath, before, after| FileChange {
        path: path.clone(),
        before,
        after,
    };
    let before = Some(FileImage { mode, data });
    Ok(match &file.from {
        None => Some(vec![change(&file.path, Some(now), before)]),
        Some(from) if tree.entry(from)? == Entry::Absent => Some(vec![
            change(&file.path, Some(now), None),
            change(from, None, before),
        ]),
        Some(_) => None,
    })
}

/// Tries a patch backwards; `None` where it does not come off.
///
/// # Errors
/// When a file of the tree cannot be read.
pub fn backwards(
    files: &[FilePatch],
    view: &dyn TreeView,
    rules: PathRules,
) -> io::Result<Option<(Trial, Vec<FileChange>)>> {
    let mut removal = Vec::new();
    let mut reversed = Vec::new();
    let mut copies = Vec::new();
    for file in files.iter().rev() {
        if file.operation == FileOperation::Copy {
            copies.push(file);
        } else if let Some(changes) = rewound(file, view)? {
            removal.extend(changes);
        } else {
            reversed.push(file.reversed());
        }
    }
    let trial = try_patch(&reversed, view, rules)?;
    let modes_fit = reversed.iter().zip(&trial.files).all(|(patch, file)| {
        // git only warns of another mode; a change of nothing but the mode would always come off.
        let expected = patch.old_mode.filter(|_| patch.new_mode.is_some());
        let mode = file.before.as_ref().map(|image| image.mode);
        expected.is_none_or(|expected| mode == Some(expected))
    });
    if !trial.applies() || !modes_fit {
        return Ok(None);
    }
    removal.extend(changes(&reversed, &trial, view)?);
    // What was copied is the source as it was before the patch.
    let mut without = Overlay::new(view);
    without.apply(&removal);
    for copy in copies {
        let Some(change) = copy_removed(copy, &without, rules)? else {
            return Ok(None);
        };
        removal.push(change);
    }
    Ok(Some((trial, removal)))
}

/// A copy comes off where it is still what copying again would make.
fn copy_removed(
    copy: &FilePatch,
    view: &dyn TreeView,
    rules: PathRules,
) -> io::Result<Option<FileChange>> {
    let Entry::File(present) = view.entry(&copy.path)? else {
        return Ok(None);
    };
    let mut without = Overlay::new(view);
    without.set(copy.path.clone(), None);
    let again = try_patch(std::slice::from_ref(copy), &without, rules)?;
    let same = again.files.first().and_then(|file| file.after.as_ref()) == Some(&present);
    Ok(same.then(|| FileChange {
        path: copy.path.clone(),
        before: Some(present),
        after: None,
    }))
}

/// Whether a patch that comes off was ever on: a change can fit backwards by accident, where text repeats.
fn is_there(
    variant: &Variant,
    files: &[FilePatch],
    trial: &Trial,
    removal: &[FileChange],
    tree: &Overlay<'_>,
    looking: Looking<'_>,
) -> io::Result<bool> {
    if !variant.present.is_empty() {
        return Ok(true);
    }
    match recorded(files, removal)? {
        Some(there) => return Ok(there),
        None if was_committed(removal, looking.committed)? => return Ok(true),
        None => {}
    }
    let forwards = try_patch(files, tree, looking.rules)?;
    Ok(!forwards.applies() || trial.distance() <= forwards.distance())
}

/// What the recorded blob ids say: true where a file is the recorded post-image or becomes the pre-image, false where every file
/// is the pre-image still.
fn recorded(files: &[FilePatch], removal: &[FileChange]) -> io::Result<Option<bool>> {
    let (mut any, mut all_before) = (false, true);
    for file in files.iter().filter(|file| file.preimage != file.postimage) {
        let change = removal.iter().find(|change| change.path == file.path);
        let Some(change) = change else { continue };
        let now = change.before.as_ref();
        if is_blob(now, &file.postimage)? || is_blob(change.after.as_ref(), &file.preimage)? {
            return Ok(Some(true));
        }
        any = true;
        all_before &= is_blob(now, &file.preimage)?;
    }
    Ok((any && all_before).then_some(false))
}

fn is_blob(image: Option<&FileImage>, prefix: &str) -> io::Result<bool> {
    let Some(image) = image.filter(|_| !prefix.is_empty()) else {
        return Ok(false);
    };
    Ok(blob_id(&image.data)?.to_string().starts_with(prefix))
}

/// The id git gives a file's content.
///
/// # Errors
/// When libgit2 cannot hash.
pub fn blob_id(data: &[u8]) -> io::Result<Oid> {
    Oid::hash_object(ObjectType::Blob, data).map_err(io::Error::other)
}

/// Whether taking the patch away leads back to what is committed.
fn was_committed(removal: &[FileChange], committed: Option<&dyn TreeView>) -> io::Result<bool> {
    let Some(committed) = committed else {
        return Ok(false);
    };
    for change in removal {
        if image(committed, &change.path)? != change.after {
            return Ok(false);
        }
    }
    Ok(!removal.is_empty())
}

/// Takes a patch away by merging where other edits keep its hunks from being placed; only if merging it in again would
/// change nothing.
fn merged_out(
    files: &[FilePatch],
    tree: &Overlay<'_>,
    looking: Looking<'_>,
) -> io::Result<Option<Vec<FileChange>>> {
    let Some(blobs) = looking.blobs else {
        return Ok(None);
    };
    let mut removal = Vec::new();
    for file in files {
        let Some(change) = file_merged_out(file, tree, blobs)? else {
            return Ok(None);
        };
        removal.push(change);
    }
    Ok(Some(removal))
}

/// Takes one file's part of a patch away by merging.
///
/// # Errors
/// When the file or its pre-image cannot be read.
pub fn file_merged_out(
    file: &FilePatch,
    tree: &dyn TreeView,
    blobs: &dyn Blobs,
) -> io::Result<Option<FileChange>> {
    if file.operation != FileOperation::Modify {
        return Ok(None);
    }
    let (Some(now), Some(sides)) = (image(tree, &file.path)?, sides(file, blobs)?) else {
        return Ok(None);
    };
    let again = merge(&sides.before, &now.data, &sides.after)?;
    let without = merge(&sides.after, &now.data, &sides.before)?;
    Ok(without
        .filter(|_| again.as_ref() == Some(&now.data))
        .map(|data| FileChange {
            path: file.path.clone(),
            after: Some(FileImage {
                mode: mode_before(file, now.mode),
                data,
            }),
            before: Some(now),
        }))
}

fn mode_before(file: &FilePatch, now: FileMode) -> FileMode {
    match file.new_mode {
        Some(_) => file.old_mode.unwrap_or(now),
        None => now,
    }
}
