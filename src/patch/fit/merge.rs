//! Three-way merges against the pre-image a patch records, as `git apply --3way` does them.

use std::io;

use git2::MergeFileInput;

use crate::checkout::blobs::Blobs;
use crate::patch::fit::place::place;
use crate::patch::format::file::{FileOperation, FilePatch};

/// The two versions of a file a patch was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sides {
    /// Before the patch; empty for a creation.
    pub before: Vec<u8>,
    /// After it.
    pub after: Vec<u8>,
}

/// Recovers what a file patch was made from; `None` where the pre-image is not at hand, the patch does not fit it, or
/// there is nothing to merge.
///
/// # Errors
/// When the blob cannot be read.
pub fn sides(patch: &FilePatch, blobs: &dyn Blobs) -> io::Result<Option<Sides>> {
    let before = match patch.operation {
        FileOperation::Delete => return Ok(None),
        FileOperation::Create => Some(Vec::new()),
        _ if patch.hunks.is_empty() => return Ok(None),
        _ => blobs.blob(&patch.preimage)?,
    };
    Ok(before.and_then(|before| {
        let after = place(&before, &patch.hunks).result?;
        Some(Sides { before, after })
    }))
}

/// Merges what leads from `base` to `theirs` into `ours`; `None` on a conflict.
///
/// # Errors
/// When libgit2 cannot merge at all.
pub fn merge(base: &[u8], ours: &[u8], theirs: &[u8]) -> io::Result<Option<Vec<u8>>> {
    if base == ours {
        return Ok(Some(theirs.to_vec()));
    }
    if base == theirs || ours == theirs {
        return Ok(Some(ours.to_vec()));
    }
    if [base, ours, theirs].iter().any(|side| holds_nul(side)) {
        return Ok(None);
    }
    let input = |content| {
        let mut input = MergeFileInput::new();
        input.content(content);
        input
    };
    let merged = git2::merge_file(&input(base), &input(ours), &input(theirs), None);
    let merged = merged.map_err(io::Error::other)?;
    Ok(merged.is_automergeable().then(|| merged.content().to_vec()))
}

/// How many bytes git looks at for a NUL before it takes a file for text.
const BINARY_PROBE: usize = 8000;

fn holds_nul(content: &[u8]) -> bool {
    content[..content.len().min(BINARY_PROBE)].contains(&0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use git2::Repository;

    use super::*;

    #[test]
    fn changes_far_apart_merge_and_changes_of_one_line_do_not() {
        let base = b"a\nb\nc\nd\ne\nf\ng\n";
        let ours = b"A\nb\nc\nd\ne\nf\ng\n";
        let theirs = b"a\nb\nc\nd\ne\nf\nG\n";
        let merged = merge(base, ours, theirs).unwrap();
        assert_eq!(merged.unwrap(), b"A\nb\nc\nd\ne\nf\nG\n");
        assert_eq!(merge(base, ours, b"B\nb\nc\nd\ne\nf\ng\n").unwrap(), None);
        assert_eq!(merge(base, ours, ours).unwrap().unwrap(), ours);
    }

    #[test]
    fn a_merge_that_removes_everything_leaves_an_empty_file() {
        let merged = merge(b"a\nb\nc\n", b"b\nc\n", b"a\n").unwrap();
        assert!(merged.is_none_or(|content| content.is_empty()));
    }

    #[test]
    fn a_blob_is_found_by_an_abbreviated_id_and_zeros_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::init(folder.path()).unwrap();
        let id = repository.blob(b"text").unwrap().to_string();
        assert_eq!(
            Blobs::blob(&repository, &id[..7]).unwrap().unwrap(),
            b"text"
        );
        assert_eq!(Blobs::blob(&repository, &id).unwrap().unwrap(), b"text");
        assert_eq!(Blobs::blob(&repository, "0000000").unwrap(), None);
        assert_eq!(Blobs::blob(&repository, "1234567").unwrap(), None);
    }
}
