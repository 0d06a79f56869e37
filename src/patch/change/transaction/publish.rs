//! Commits: made before any file is touched, published by moving the branch once every file is in place.

use std::io::Write;
use std::path::Path;

use git2::build::TreeUpdateBuilder;
use git2::{Delta, IndexEntry, IndexTime, Oid, Repository, Signature, Time};

use super::error::TransactionError;
use super::failpoint;
use super::journal::{Direction, Publish};
use super::work_tree::WorkTree;
use crate::checkout::{FileChange, FileImage, FileMode};
use crate::patch::format::mail::Author;

/// A commit to make.
#[derive(Debug, Clone)]
pub struct NewCommit {
    /// The whole message.
    pub message: String,
    /// Who made the change, where that is not who commits it.
    pub author: Option<Author>,
    /// What it changes in its parent.
    pub changes: Vec<FileChange>,
}

/// The author as git has it; without a date, now.
fn signature(author: &Author) -> Result<Signature<'static>, git2::Error> {
    match author.date {
        Some(date) => {
            let time = Time::new(date.seconds, date.zone_minutes);
            Signature::new(&author.name, &author.address, &time)
        }
        None => Signature::now(&author.name, &author.address),
    }
}

/// Makes the commits, on top of `HEAD`, without moving anything.
pub(super) fn prepare(
    repository: &Repository,
    work_tree: &WorkTree<'_>,
    commits: &[NewCommit],
) -> Result<Option<Publish>, git2::Error> {
    if commits.is_empty() {
        return Ok(None);
    }
    let head = repository.head()?;
    let mut parent = head.peel_to_commit()?;
    let reference = if repository.head_detached()? {
        "HEAD".to_owned()
    } else {
        head.name()?.to_owned()
    };
    let from = parent.id().to_string();
    let committer = repository.signature()?;
    for commit in commits {
        let mut update = TreeUpdateBuilder::new();
        for change in &commit.changes {
            let path = work_tree.in_repository(&change.path);
            match &change.after {
                Some(image) => {
                    let (oid, mode) = blob(repository, &path, image)?;
                    update.upsert(path, oid, mode);
                }
                None => {
                    update.remove(path);
                }
            }
        }
        let tree = update.create_updated(repository, &parent.tree()?)?;
        let tree = repository.find_tree(tree)?;
        let author = commit.author.as_ref().map(self::signature).transpose()?;
        let author = author.as_ref().unwrap_or(&committer);
        let message = &commit.message;
        let oid = repository.commit(None, author, &committer, message, &tree, &[&parent])?;
        parent = repository.find_commit(oid)?;
    }
    Ok(Some(Publish {
        reference,
        from,
        to: parent.id().to_string(),
    }))
}

/// Stores a content as `git add` would, with the line ending conversion configured for its path.
fn blob(
    repository: &Repository,
    path: &Path,
    image: &FileImage,
) -> Result<(Oid, git2::FileMode), git2::Error> {
    let write = |hint: Option<&Path>| -> Result<Oid, git2::Error> {
        let mut writer = repository.blob_writer(hint)?;
        writer
            .write_all(&image.data)
            .map_err(|error| git2::Error::from_str(&error.to_string()))?;
        writer.commit()
    };
    Ok(match image.mode {
        FileMode::Regular => (write(Some(path))?, git2::FileMode::Blob),
        FileMode::Executable => (write(Some(path))?, git2::FileMode::BlobExecutable),
        FileMode::Symlink => (write(None)?, git2::FileMode::Link),
    })
}

/// The commits between both ends, oldest first.
pub(super) fn commits(repository: &Repository, publish: &Publish) -> Result<Vec<Oid>, git2::Error> {
    let mut walk = repository.revwalk()?;
    walk.push(Oid::from_str(&publish.to)?)?;
    walk.hide(Oid::from_str(&publish.from)?)?;
    walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE)?;
    walk.collect()
}

/// Moves the branch to the new commits, if it is where the plan started from; does nothing if that was done.
pub(super) fn advance(
    repository: &Repository,
    publish: &Publish,
    action: Direction,
) -> Result<(), TransactionError> {
    failpoint::pass("move the branch")
        .map_err(|error| TransactionError::io("move", &publish.reference, error))?;
    shift(repository, publish, &publish.from, &publish.to, action)
}

/// Moves the branch back, if it was moved.
pub(super) fn retreat(
    repository: &Repository,
    publish: &Publish,
    action: Direction,
) -> Result<(), TransactionError> {
    let at = repository.refname_to_id(&publish.reference)?;
    if at != Oid::from_str(&publish.to)? {
        return Ok(());
    }
    shift(repository, publish, &publish.to, &publish.from, action)
}

fn shift(
    repository: &Repository,
    publish: &Publish,
    from: &str,
    to: &str,
    action: Direction,
) -> Result<(), TransactionError> {
    let (from, to) = (Oid::from_str(from)?, Oid::from_str(to)?);
    let reference = &publish.reference;
    let at = repository.refname_to_id(reference)?;
    if at == to {
        return Ok(());
    }
    if at != from {
        return Err(TransactionError::Moved {
            reference: reference.clone(),
        });
    }
    let log = format!("granite-bundle: {}", action.verb());
    repository.reference_matching(reference, to, true, from, &log)?;
    Ok(())
}

/// Makes the index agree with the new commits in the files they changed, and leaves every other entry as it is.
pub(super) fn update_index(repository: &Repository, publish: &Publish) -> Result<(), git2::Error> {
    let tree = |id: &str| repository.find_commit(Oid::from_str(id)?)?.tree();
    let (from, to) = (tree(&publish.from)?, tree(&publish.to)?);
    let diff = repository.diff_tree_to_tree(Some(&from), Some(&to), None)?;
    let mut index = repository.index()?;
    index.read(true)?;
    for delta in diff.deltas() {
        let file = delta.new_file();
        let Some(path) = file.path() else { continue };
        if delta.status() == Delta::Deleted {
            if index.get_path(path, 0).is_some() {
                index.remove(path, 0)?;
            }
        } else {
            index.add(&entry(
                file.path_bytes().unwrap_or_default(),
                file.id(),
                file.mode(),
            ))?;
        }
    }
    index.write()
}

/// An entry without the file's times, which git fills in when it next looks.
fn entry(path: &[u8], id: Oid, mode: git2::FileMode) -> IndexEntry {
    IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode: mode.into(),
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.to_vec(),
    }
}
