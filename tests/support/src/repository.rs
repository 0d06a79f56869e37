//! Repositories made without starting git, and folders copied as they are: a process costs more than most of what is
//! tested on what it made.

use std::fs;
use std::io;
use std::path::Path;

use git2::{
    DiffFormat, DiffOptions, Error, IndexAddOption, Oid, Repository, RepositoryInitOptions,
    Signature, Time,
};
use walkdir::WalkDir;

/// Makes a repository of `folder`: branch `main`, an author, and nothing of this machine's settings that would change
/// what is committed.
pub fn init(folder: &Path) -> Result<Repository, Error> {
    let mut options = RepositoryInitOptions::new();
    options.external_template(false).initial_head("main");
    let repository = Repository::init_opts(folder, &options)?;
    let mut config = repository.config()?;
    for (name, value) in [
        ("user.name", "T"),
        ("user.email", "t@example.invalid"),
        ("core.autocrlf", "false"),
        ("core.excludesFile", "/dev/null"),
        // A commit of git's own need not look whether there is something to tidy.
        ("maintenance.auto", "false"),
        ("gc.auto", "0"),
    ] {
        config.set_str(name, value)?;
    }
    Ok(repository)
}

/// The index as the working tree is, like `git add --all`; gives the index's tree.
pub fn add_all(repository: &Repository) -> Result<Oid, Error> {
    let mut index = repository.index()?;
    index.read(false)?;
    index.add_all(["*"], IndexAddOption::DEFAULT, None)?;
    index.write()?;
    index.write_tree()
}

/// Commits everything there is, if it is anything new or not, on the branch that is checked out.
pub fn commit_all(repository: &Repository, message: &str) -> Result<Oid, Error> {
    let tree = repository.find_tree(add_all(repository)?)?;
    let parent = match repository.head() {
        Ok(head) => Some(head.peel_to_commit()?),
        Err(_) => None,
    };
    // The first second of 2026, so that the same is the same commit.
    let who = Signature::new("T", "t@example.invalid", &Time::new(1_767_225_600, 0))?;
    let parents: Vec<_> = parent.iter().collect();
    // Git ends every message with a line break.
    let message = format!("{message}\n");
    repository.commit(Some("HEAD"), &who, &who, &message, &tree, &parents)
}

/// What `git diff --full-index --binary --no-renames` prints between two trees.
pub fn diff(repository: &Repository, old: Oid, new: Oid) -> Result<Vec<u8>, Error> {
    let (old, new) = (repository.find_tree(old)?, repository.find_tree(new)?);
    let mut options = DiffOptions::new();
    options.show_binary(true).id_abbrev(40);
    let diff = repository.diff_tree_to_tree(Some(&old), Some(&new), Some(&mut options))?;
    let mut text = Vec::new();
    diff.print(DiffFormat::Patch, |_, _, line| {
        if matches!(line.origin(), ' ' | '+' | '-') {
            text.push(line.origin() as u8);
        }
        text.extend_from_slice(line.content());
        true
    })?;
    Ok(text)
}

/// Copies a folder with all that is in it: links as links, files with their permissions.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let Ok(place) = entry.path().strip_prefix(from) else {
            continue;
        };
        let place = to.join(place);
        let kind = entry.file_type();
        if kind.is_dir() {
            fs::create_dir_all(&place)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path())?, place)?;
        } else {
            fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}
