//! Reads patch files as `git apply` reads them.
//!
//! diffy and libgit2 parse patches, too, but neither gives what an exact answer needs: diffy drops the `index` line and plain
//! diffs between git ones, refuses hunks out of order and passes over a broken tail; libgit2 hides its line table. Every
//! file the differential tests make goes through git's own reader as well.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use crate::checkout::RepoPath;
use crate::files::shown;
use crate::patch::format::cursor::PatchCursor;
use crate::patch::format::error::{PatchError, PatchErrorKind};
use crate::patch::format::file::{FileOperation, FilePatch, Hunk};
use crate::patch::format::header::{Header, Strip, next_header};
use crate::patch::format::hunk::hunk;

/// Reads every file patch of a patch file; mail headers and other text around them are passed over.
///
/// # Errors
/// As [`parse_shared`].
pub fn parse(text: &[u8]) -> Result<Vec<FilePatch>, PatchError> {
    parse_shared(&Arc::from(text))
}

/// The same without a copy: the lines of the hunks stay where they are in `text`.
///
/// # Errors
/// Where `git apply` refuses the file, and for binary files and submodules.
pub fn parse_shared(text: &Arc<[u8]>) -> Result<Vec<FilePatch>, PatchError> {
    let mut cursor = PatchCursor::new(text);
    if u32::try_from(text.len()).is_err() {
        return Err(cursor.error(PatchErrorKind::TooLarge));
    }
    let mut strip = Strip::default();
    let mut files = Vec::new();
    while let Some((header, start)) = next_header(&mut cursor, &mut strip)? {
        files.push(file(&mut cursor, text, header, start)?);
    }
    if files.is_empty() {
        return Err(PatchCursor::new(text).error(PatchErrorKind::Empty));
    }
    Ok(files)
}

/// Where a patch file's own words end and its first change begins, in bytes; its end where there is no change.
pub fn first_change(text: &[u8]) -> usize {
    let mut cursor = PatchCursor::new(text);
    match next_header(&mut cursor, &mut Strip::default()) {
        Ok(Some((_, start))) => start.offset(),
        Ok(None) | Err(_) => cursor.offset(),
    }
}

fn file(
    cursor: &mut PatchCursor<'_>,
    text: &Arc<[u8]>,
    header: Header,
    start: PatchCursor<'_>,
) -> Result<FilePatch, PatchError> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let (mut old_lines, mut new_lines) = (0usize, 0usize);
    while cursor.line().starts_with(b"@@ -") {
        let (hunk, old, new) = hunk(cursor, text)?;
        old_lines = old_lines.saturating_add(old);
        new_lines = new_lines.saturating_add(new);
        hunks.push(hunk);
    }
    let at_header = |kind| start.error(kind);
    if (header.kind == Some(FileOperation::Create) && old_lines > 0)
        || (header.kind == Some(FileOperation::Delete) && new_lines > 0)
    {
        return Err(at_header(PatchErrorKind::Contradiction));
    }
    if hunks.is_empty() {
        refuse_binary(cursor, &header)?;
        let changes_mode = header.old_mode.is_some()
            && header.new_mode.is_some()
            && header.old_mode != header.new_mode;
        if header.kind.is_none() && !changes_mode {
            return Err(at_header(PatchErrorKind::Nothing));
        }
    }
    let may_create = !header.git && header.kind.is_none() && old_lines == 0 && hunks.len() == 1;
    let path = header.new.as_ref().or(header.old.as_ref());
    let path = path.ok_or_else(|| at_header(PatchErrorKind::NoName))?;
    let moves = matches!(
        header.kind,
        Some(FileOperation::Rename | FileOperation::Copy)
    );
    let from = header.old.as_ref().filter(|old| moves || *old != path);
    let from = if header.kind == Some(FileOperation::Create) {
        None
    } else {
        from
    };
    Ok(FilePatch {
        operation: header.kind.unwrap_or(FileOperation::Modify),
        certain: !may_create,
        path: repo_path(path).map_err(at_header)?,
        from: from
            .map(|from| repo_path(from).map_err(at_header))
            .transpose()?,
        old_mode: header.old_mode,
        new_mode: header.new_mode,
        preimage: header.preimage,
        postimage: header.postimage,
        hunks,
    })
}

fn refuse_binary(cursor: &PatchCursor<'_>, header: &Header) -> Result<(), PatchError> {
    let line = cursor.line().trim_ascii_end();
    let marker = line.ends_with(b" differ")
        && (line.starts_with(b"Binary files ") || line.starts_with(b"Files "));
    if line != b"GIT binary patch" && !marker {
        return Ok(());
    }
    let name = header.new.as_ref().or(header.old.as_ref());
    let name = name.map(|name| String::from_utf8_lossy(name).into_owned());
    Err(cursor.error(PatchErrorKind::Binary(name.unwrap_or_default())))
}

fn repo_path(name: &[u8]) -> Result<RepoPath, PatchErrorKind> {
    let bad = || PatchErrorKind::BadPath(shown(Path::new(OsStr::from_bytes(name))));
    RepoPath::new(name).ok_or_else(bad)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::checkout::FileMode;

    fn one(text: &str) -> FilePatch {
        let mut files = parse(text.as_bytes()).unwrap();
        assert_eq!(files.len(), 1);
        files.remove(0)
    }

    fn refusal(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_mail_with_a_git_diff_gives_ids_modes_and_lines() {
        let file = one(
            "From 1 Mon\nSubject: x\n\n---\n f | 1 +\n\ndiff --git a/d/f b/d/f\n\
             index 1234567..89abcde 100755\n--- a/d/f\n+++ b/d/f\n@@ -1,2 +1,2 @@ fn\n a\n-b\n\
             \\ No newline at end of file\n+c\n-- \n2.47\n",
        );
        assert_eq!(file.path.as_bytes(), b"d/f");
        assert_eq!(file.operation, FileOperation::Modify);
        assert_eq!(
            (file.preimage.as_str(), file.postimage.as_str()),
            ("1234567", "89abcde")
        );
        assert_eq!(
            (file.old_mode, file.new_mode),
            (Some(FileMode::Executable), None)
        );
        let lines: Vec<_> = file.hunks[0].lines().collect();
        assert_eq!(lines[1].text, b"b", "the newline is not there");
        assert_eq!(lines[2].text, b"c\n");
    }

    #[test]
    fn headers_alone_create_delete_rename_copy_and_change_modes() {
        let header = |lines: &str| one(&format!("diff --git a/x b/x\n{lines}"));
        assert_eq!(
            header("new file mode 100644\n").operation,
            FileOperation::Create
        );
        assert_eq!(
            header("deleted file mode 100644\n").operation,
            FileOperation::Delete
        );
        let mode = header("old mode 100644\nnew mode 100755\n");
        assert_eq!(mode.new_mode, Some(FileMode::Executable));
        let moved =
            one("diff --git a/x b/y z\nsimilarity index 100%\nrename from x\nrename to y z\n");
        assert_eq!(moved.operation, FileOperation::Rename);
        assert_eq!(
            (moved.path.as_str(), moved.from.unwrap().as_str()),
            (Some("y z"), Some("x"))
        );
        let copied = one("diff --git a/x b/y\ncopy from x\ncopy to y\n");
        assert_eq!(copied.operation, FileOperation::Copy);
    }

    #[test]
    fn a_plain_diff_without_folders_has_no_prefix_and_may_create() {
        let file = one("--- f.orig\t2026-01-01\n+++ f\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(file.path.as_bytes(), b"f");
        assert!(!file.certain);
        let file = one("--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(file.operation, FileOperation::Create);
    }

    #[test]
    fn what_cannot_be_applied_is_refused_with_line_and_reason() {
        let header = "--- a/f\n+++ b/f\n";
        for (text, expected) in [
            ("only words\n".to_owned(), "line 1: there is no patch"),
            (
                format!("{header}@@ -1,2 +1,2 @@\n a\n"),
                "line 5: this hunk is damaged",
            ),
            (
                format!("{header}@@ -1 +1 @@\n a\n"),
                "line 5: this hunk is damaged",
            ),
            (
                format!("{header}@@ -1 +1 @@\n-a\n+b"),
                "line 5: this hunk is damaged",
            ),
            (
                "@@ -1 +1 @@\n-a\n+b\n".to_owned(),
                "line 1: this hunk has no file header",
            ),
            (
                "--- a/../f\n+++ b/../f\n@@ -1 +1 @@\n-a\n+b\n".to_owned(),
                "`../f` is no path inside",
            ),
            (
                "--- a/.git/config\n+++ b/.git/config\n@@ -1 +1 @@\n-a\n+b\n".to_owned(),
                "is no path inside",
            ),
            (
                "diff --git a/f b/f\nindex 1..2 100644\nBinary files a/f and b/f differ\n"
                    .to_owned(),
                "`f` as a binary file",
            ),
            (
                "diff --git a/f b/f\nindex 1..2 100644\nGIT binary patch\nliteral 0\n".to_owned(),
                "`f` as a binary file",
            ),
            (
                "diff --git a/f b/f\nindex 1..2 160000\n".to_owned(),
                "changes a submodule",
            ),
            (
                "diff --git a/f b/f\nnew file mode 1x\n".to_owned(),
                "this is no file mode",
            ),
            (
                "diff --git a/f b/f\nindex 1..2 100644\n".to_owned(),
                "followed by no change",
            ),
            (
                "diff --git a/f b/f\nnew file mode 100644\ndeleted file mode 100644\n".to_owned(),
                "contradict",
            ),
        ] {
            let said = refusal(&text);
            assert!(said.contains(expected), "{said}\n{text}");
        }
    }

    #[test]
    fn counts_of_any_size_are_survived() {
        let huge = format!(
            "--- a/f\n+++ b/f\n@@ -{0},{0} +{0},{0} @@\n a\n",
            usize::MAX
        );
        assert!(refusal(&huge).contains("damaged"));
        let beyond = "--- a/f\n+++ b/f\n@@ -99999999999999999999999 +1 @@\n-a\n+b\n";
        assert!(refusal(beyond).contains("damaged"));
    }
}
