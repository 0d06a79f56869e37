//! Changes as a unified diff that `git apply` takes.

use git2::{DiffFormat, DiffOptions, Index, IndexEntry, IndexTime, Odb, Oid, Repository};

use crate::checkout::{FileChange, FileImage, RepoPath};

/// The priority of an object store's only backend, which nothing competes with.
const ONLY: i32 = 1;

/// Formats the changes as git does, with full blob ids, so that a three-way merge finds its base.
///
/// # Errors
/// When libgit2 fails.
pub fn unified(changes: &[FileChange]) -> Result<Vec<u8>, git2::Error> {
    // Both sides become trees of a repository in memory: git's own diff then writes the headers.
    let odb = Odb::new()?;
    odb.add_new_mempack_backend(ONLY)?;
    let repository = Repository::from_odb(odb)?;
    let before = tree(&repository, changes, |change| change.before.as_ref())?;
    let after = tree(&repository, changes, |change| change.after.as_ref())?;
    let (before, after) = (repository.find_tree(before)?, repository.find_tree(after)?);
    let mut options = DiffOptions::new();
    options.id_abbrev(40).show_binary(true);
    let diff = repository.diff_tree_to_tree(Some(&before), Some(&after), Some(&mut options))?;
    let mut text = Vec::new();
    diff.print(DiffFormat::Patch, |_, _, line| {
        if matches!(line.origin(), '+' | '-' | ' ') {
            text.push(line.origin() as u8);
        }
        text.extend_from_slice(line.content());
        true
    })?;
    Ok(text)
}

fn tree(
    repository: &Repository,
    changes: &[FileChange],
    side: impl Fn(&FileChange) -> Option<&FileImage>,
) -> Result<Oid, git2::Error> {
    let mut index = Index::new()?;
    for change in changes {
        if let Some(image) = side(change) {
            index.add(&entry(repository, &change.path, image)?)?;
        }
    }
    index.write_tree_to(repository)
}

fn entry(
    repository: &Repository,
    path: &RepoPath,
    image: &FileImage,
) -> Result<IndexEntry, git2::Error> {
    Ok(IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode: image.mode.bits(),
        uid: 0,
        gid: 0,
        file_size: 0,
        id: repository.blob(&image.data)?,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::checkout::FileMode;

    fn change(
        path: &str,
        before: Option<(FileMode, &str)>,
        after: Option<(FileMode, &str)>,
    ) -> FileChange {
        let image = |image: Option<(FileMode, &str)>| {
            image.map(|(mode, data)| FileImage {
                mode,
                data: data.as_bytes().to_vec(),
            })
        };
        FileChange {
            path: RepoPath::new(path).unwrap(),
            before: image(before),
            after: image(after),
        }
    }

    #[test]
    fn headers_modes_and_missing_newlines_are_gits() {
        use FileMode::{Executable, Regular};
        let text = unified(&[
            change(
                "a/f",
                Some((Regular, "1\r\n2")),
                Some((Executable, "1\r\n3")),
            ),
            change("gone", Some((Regular, "x\n")), None),
            change("new", None, Some((Regular, "y\n"))),
        ]);
        insta::assert_snapshot!(
            String::from_utf8(text.unwrap())
                .unwrap()
                .replace('\r', "<CR>")
        );
    }
}
