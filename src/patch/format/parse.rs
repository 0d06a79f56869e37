//! Reads patch files as `git apply` reads them.
//!
//! diffy and libgit2 parse patches, too, but neither gives what an exact answer needs: diffy drops the `index` line and plain
//! diffs between git ones, refuses hunks out of order and passes over a broken tail; libgit2 hides its line table. Every
//! file the differential tests make goes through git's own reader as well.

use crate::checkout::{FileMode, RepoPath};
use crate::patch::format::file::{FilePatch, Hunk, Line, Operation, Side};
use crate::patch::format::header::{
    Ends, common_name, has_epoch_timestamp, header_name, is_dev_null,
};

/// Why a patch file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct PatchError {
    /// The line of the patch file, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub kind: PatchErrorKind,
}

/// What is wrong with a patch file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchErrorKind {
    /// No file header in the whole text.
    #[error("there is no patch in this file")]
    Empty,
    /// A hunk that belongs to no file.
    #[error("this hunk has no file header before it; the patch is damaged")]
    OrphanHunk,
    /// A hunk whose lines are not those its header announces.
    #[error("this hunk is damaged: its lines are not those its header announces")]
    CorruptHunk,
    /// A header with nothing to do.
    #[error("this header is followed by no change")]
    Nothing,
    /// A header without a file name.
    #[error("this header names no file")]
    NoName,
    /// Names or kinds that contradict each other.
    #[error("the lines of this header contradict each other")]
    Contradiction,
    /// A mode that is no file mode.
    #[error("this is no file mode")]
    BadMode,
    /// A submodule.
    #[error("this changes a submodule; only files can be patched")]
    Submodule,
    /// A path that leaves the checkout or is git's own.
    #[error("`{0}` is no path inside a checkout")]
    BadPath(String),
    /// A binary file.
    #[error("this changes `{0}` as a binary file; only text patches can be applied")]
    Binary(String),
}

/// Reads every file patch of a patch file; mail headers and other text around them are passed over.
///
/// # Errors
/// Where `git apply` refuses the file, and for binary files and submodules.
pub fn parse(text: &[u8]) -> Result<Vec<FilePatch>, PatchError> {
    let mut parser = Parser {
        lines: text.split_inclusive(|byte| *byte == b'\n').collect(),
        at: 0,
        strip: 1,
        strip_known: false,
    };
    let mut files = Vec::new();
    while let Some(header) = parser.next_header()? {
        files.push(parser.body(header)?);
    }
    if files.is_empty() {
        return Err(PatchError {
            line: 1,
            kind: PatchErrorKind::Empty,
        });
    }
    Ok(files)
}

struct Parser<'t> {
    lines: Vec<&'t [u8]>,
    at: usize,
    /// Path components to leave out; a plain diff without directories sets it to 0 for the rest of the file.
    strip: usize,
    strip_known: bool,
}

/// What header lines say about one file.
#[derive(Default)]
struct Header {
    line: usize,
    /// Whether a git header, which states creation and deletion.
    git: bool,
    kind: Option<Operation>,
    old: Option<Vec<u8>>,
    new: Option<Vec<u8>>,
    old_mode: Option<FileMode>,
    new_mode: Option<FileMode>,
    preimage: String,
    postimage: String,
}

impl<'t> Parser<'t> {
    fn error(&self, kind: PatchErrorKind) -> PatchError {
        PatchError {
            line: self.at + 1,
            kind,
        }
    }

    fn line(&self, ahead: usize) -> &'t [u8] {
        self.lines.get(self.at + ahead).copied().unwrap_or_default()
    }

    fn next_header(&mut self) -> Result<Option<Header>, PatchError> {
        while self.at < self.lines.len() {
            let line = self.line(0);
            if line.starts_with(b"@@ -") && hunk_ranges(line).is_some() {
                return Err(self.error(PatchErrorKind::OrphanHunk));
            }
            if let Some(rest) = line.strip_prefix(b"diff --git ") {
                if let Some(header) = self.git_header(rest)? {
                    return Ok(Some(header));
                }
            } else if line.starts_with(b"--- ")
                && self.line(1).starts_with(b"+++ ")
                && self.line(2).starts_with(b"@@ -")
            {
                return self.plain_header().map(Some);
            }
            self.at += 1;
        }
        Ok(None)
    }

    /// Leaves the parser where it is if nothing follows the `diff --git` line.
    fn git_header(&mut self, rest: &[u8]) -> Result<Option<Header>, PatchError> {
        let mut header = Header {
            line: self.at,
            git: true,
            ..Header::default()
        };
        let common = common_name(rest, self.strip);
        self.at += 1;
        while self.line(0).ends_with(b"\n") && self.header_line(&mut header, common.as_deref())? {
            self.at += 1;
        }
        if self.at == header.line + 1 {
            self.at = header.line;
            return Ok(None);
        }
        if header.old.is_none() && header.new.is_none() {
            header.old.clone_from(&common);
            header.new = common;
        }
        let needs_old = header.kind != Some(Operation::Create);
        let needs_new = header.kind != Some(Operation::Delete);
        if (needs_old && header.old.is_none()) || (needs_new && header.new.is_none()) {
            return Err(self.error(PatchErrorKind::NoName));
        }
        Ok(Some(header))
    }

    /// Reads one line of a git header; false where the header has ended.
    fn header_line(&self, header: &mut Header, common: Option<&[u8]>) -> Result<bool, PatchError> {
        let line = self.line(0);
        let after = |keyword: &str| line.strip_prefix(keyword.as_bytes());
        // `rename from` and its like give names without `a/` and `b/`.
        let moved = self.strip.saturating_sub(1);
        if let Some(rest) = after("--- ") {
            let is_new = header.kind == Some(Operation::Create);
            self.verify_name(rest, is_new, &mut header.old)?;
        } else if let Some(rest) = after("+++ ") {
            let is_gone = header.kind == Some(Operation::Delete);
            self.verify_name(rest, is_gone, &mut header.new)?;
        } else if let Some(rest) = after("old mode ") {
            header.old_mode = Some(self.mode(rest)?);
        } else if let Some(rest) = after("new mode ") {
            header.new_mode = Some(self.mode(rest)?);
        } else if let Some(rest) = after("deleted file mode ") {
            self.set_kind(header, Operation::Delete)?;
            header.old = common.map(<[u8]>::to_vec);
            header.old_mode = Some(self.mode(rest)?);
        } else if let Some(rest) = after("new file mode ") {
            self.set_kind(header, Operation::Create)?;
            header.new = common.map(<[u8]>::to_vec);
            header.new_mode = Some(self.mode(rest)?);
        } else if let Some(rest) = after("copy from ") {
            self.set_kind(header, Operation::Copy)?;
            header.old = header_name(rest, moved, Ends::AtLineEnd);
        } else if let Some(rest) = after("copy to ") {
            self.set_kind(header, Operation::Copy)?;
            header.new = header_name(rest, moved, Ends::AtLineEnd);
        } else if let Some(rest) = after("rename from ").or_else(|| after("rename old ")) {
            self.set_kind(header, Operation::Rename)?;
            header.old = header_name(rest, moved, Ends::AtLineEnd);
        } else if let Some(rest) = after("rename to ").or_else(|| after("rename new ")) {
            self.set_kind(header, Operation::Rename)?;
            header.new = header_name(rest, moved, Ends::AtLineEnd);
        } else if let Some(rest) = after("index ") {
            self.index_line(rest, header)?;
        } else {
            return Ok(
                after("similarity index ").is_some() || after("dissimilarity index ").is_some()
            );
        }
        Ok(true)
    }

    fn set_kind(&self, header: &mut Header, kind: Operation) -> Result<(), PatchError> {
        if header.kind.is_some_and(|earlier| earlier != kind) {
            return Err(self.error(PatchErrorKind::Contradiction));
        }
        header.kind = Some(kind);
        Ok(())
    }

    fn verify_name(
        &self,
        rest: &[u8],
        is_null: bool,
        name: &mut Option<Vec<u8>>,
    ) -> Result<(), PatchError> {
        let given = header_name(rest, self.strip, Ends::AtTab);
        let agrees = match name {
            None if is_null => is_dev_null(rest),
            None => {
                *name = given;
                true
            }
            Some(_) if is_null => false,
            Some(earlier) => given.as_ref() == Some(earlier),
        };
        if agrees {
            Ok(())
        } else {
            Err(self.error(PatchErrorKind::Contradiction))
        }
    }

    fn mode(&self, rest: &[u8]) -> Result<FileMode, PatchError> {
        let digits = rest.split(u8::is_ascii_whitespace).next();
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let mode = digits.and_then(|digits| u32::from_str_radix(digits, 8).ok());
        match mode {
            Some(mode) if mode & 0o170_000 == 0o120_000 => Ok(FileMode::Symlink),
            Some(mode) if mode & 0o170_000 == 0o160_000 => {
                Err(self.error(PatchErrorKind::Submodule))
            }
            Some(mode) if mode & 0o170_000 == 0o100_000 => Ok(match mode & 0o100 {
                0 => FileMode::Regular,
                _ => FileMode::Executable,
            }),
            _ => Err(self.error(PatchErrorKind::BadMode)),
        }
    }

    /// `old..new mode`; a line of another form is passed over, as git does.
    fn index_line(&self, rest: &[u8], header: &mut Header) -> Result<(), PatchError> {
        let Ok(rest) = std::str::from_utf8(rest) else {
            return Ok(());
        };
        let mut words = rest.split_ascii_whitespace();
        let Some((old, new)) = words.next().and_then(|ids| ids.split_once("..")) else {
            return Ok(());
        };
        let is_id = |id: &str| id.len() <= 40 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
        if is_id(old) && is_id(new) {
            header.preimage = old.to_ascii_lowercase();
            header.postimage = new.to_ascii_lowercase();
        }
        if let Some(mode) = words.next() {
            header.old_mode = Some(self.mode(mode.as_bytes())?);
        }
        Ok(())
    }

    fn plain_header(&mut self) -> Result<Header, PatchError> {
        let line = self.at;
        let (old, new) = (&self.line(0)[4..], &self.line(1)[4..]);
        self.guess_strip(new);
        let old_name = header_name(old, self.strip, Ends::AtTab);
        let new_name = header_name(new, self.strip, Ends::AtTab);
        let mut header = Header {
            line,
            ..Header::default()
        };
        if is_dev_null(old) {
            header.kind = Some(Operation::Create);
            header.new = new_name;
        } else if is_dev_null(new) {
            header.kind = Some(Operation::Delete);
            header.old = old_name;
        } else {
            let name = shorter_name(old_name, new_name);
            if has_epoch_timestamp(old) {
                header.kind = Some(Operation::Create);
                header.new = name;
            } else if has_epoch_timestamp(new) {
                header.kind = Some(Operation::Delete);
                header.old = name;
            } else {
                header.old.clone_from(&name);
                header.new = name;
            }
        }
        if header.old.is_none() && header.new.is_none() {
            return Err(self.error(PatchErrorKind::NoName));
        }
        self.at += 2;
        Ok(header)
    }

    /// A plain diff whose names have no directory has no prefix to leave out, either.
    fn guess_strip(&mut self, new: &[u8]) {
        let name = header_name(new, 0, Ends::AtTab);
        if !self.strip_known && name.is_some_and(|name| !name.contains(&b'/')) {
            self.strip = 0;
            self.strip_known = true;
        }
    }

    fn body(&mut self, header: Header) -> Result<FilePatch, PatchError> {
        let mut hunks = Vec::new();
        let (mut old_lines, mut new_lines) = (0usize, 0usize);
        while self.line(0).starts_with(b"@@ -") {
            let (hunk, old, new) = self.hunk()?;
            old_lines = old_lines.saturating_add(old);
            new_lines = new_lines.saturating_add(new);
            hunks.push(hunk);
        }
        let at_header = |kind| PatchError {
            line: header.line + 1,
            kind,
        };
        if (header.kind == Some(Operation::Create) && old_lines > 0)
            || (header.kind == Some(Operation::Delete) && new_lines > 0)
        {
            return Err(at_header(PatchErrorKind::Contradiction));
        }
        if hunks.is_empty() {
            self.refuse_binary(&header)?;
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
        let moves = matches!(header.kind, Some(Operation::Rename | Operation::Copy));
        let from = header.old.as_ref().filter(|old| moves || *old != path);
        let from = if header.kind == Some(Operation::Create) {
            None
        } else {
            from
        };
        Ok(FilePatch {
            operation: header.kind.unwrap_or(Operation::Modify),
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

    fn refuse_binary(&self, header: &Header) -> Result<(), PatchError> {
        let line = self.line(0).trim_ascii_end();
        let marker = line.ends_with(b" differ")
            && (line.starts_with(b"Binary files ") || line.starts_with(b"Files "));
        if line != b"GIT binary patch" && !marker {
            return Ok(());
        }
        let name = header.new.as_ref().or(header.old.as_ref());
        let name = name.map(|name| String::from_utf8_lossy(name).into_owned());
        Err(self.error(PatchErrorKind::Binary(name.unwrap_or_default())))
    }

    /// Reads a hunk, and how many lines its header gives the two images.
    fn hunk(&mut self) -> Result<(Hunk, usize, usize), PatchError> {
        let ranges = hunk_ranges(self.line(0));
        let ranges = ranges.ok_or_else(|| self.error(PatchErrorKind::CorruptHunk))?;
        let [old_start, old_count, new_start, new_count] = ranges;
        let (mut old, mut new) = (old_count, new_count);
        let mut lines = Vec::new();
        self.at += 1;
        while old > 0 || new > 0 {
            let taken = |left: usize, takes: bool| left.checked_sub(usize::from(takes));
            let left = self.hunk_line(&mut lines).and_then(|side| {
                Some(match side {
                    Some(side) => (
                        taken(old, side != Side::Added)?,
                        taken(new, side != Side::Removed)?,
                    ),
                    None => (old, new),
                })
            });
            (old, new) = left.ok_or_else(|| self.error(PatchErrorKind::CorruptHunk))?;
            self.at += 1;
        }
        if self.line(0).starts_with(b"\\ ") {
            cut_newline(&mut lines);
            self.at += 1;
        }
        if lines.iter().all(|line: &Line| line.side == Side::Context) {
            return Err(self.error(PatchErrorKind::CorruptHunk));
        }
        let hunk = Hunk {
            old_start,
            new_start,
            lines,
        };
        Ok((hunk, old_count, new_count))
    }

    /// Reads one line of a hunk: `Some(None)` for the marker of a missing newline, `None` for what is no hunk line.
    fn hunk_line(&self, lines: &mut Vec<Line>) -> Option<Option<Side>> {
        let line = self.line(0);
        let [first, rest @ ..] = line else {
            return None;
        };
        if !line.ends_with(b"\n") {
            return None;
        }
        let side = match first {
            // Some tools strip the blank of an empty context line.
            b' ' | b'\n' => Side::Context,
            b'-' => Side::Removed,
            b'+' => Side::Added,
            b'\\' if line.len() >= SHORTEST_MARKER && rest.starts_with(b" ") => {
                cut_newline(lines);
                return Some(None);
            }
            _ => return None,
        };
        let text = if *first == b'\n' { line } else { rest };
        lines.push(Line {
            side,
            text: text.to_vec(),
        });
        Some(Some(side))
    }
}

/// The shortest `\ No newline at end of file` in any language, by git's own guess.
const SHORTEST_MARKER: usize = 12;

fn cut_newline(lines: &mut [Line]) {
    if let Some(last) = lines.last_mut()
        && last.text.ends_with(b"\n")
    {
        last.text.pop();
    }
}

/// Start and count of the pre-image, start and count of the post-image.
fn hunk_ranges(line: &[u8]) -> Option<[usize; 4]> {
    let line = std::str::from_utf8(&line[..line.len().min(LONGEST_RANGES)])
        .or_else(|error| std::str::from_utf8(&line[..error.valid_up_to()]))
        .ok()?;
    let (old, rest) = line.strip_prefix("@@ -")?.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    let number = |digits: &str| {
        let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse::<usize>().ok().filter(|_| plain)
    };
    let range = |text: &str| match text.split_once(',') {
        Some((start, count)) => Some((number(start)?, number(count)?)),
        None => Some((number(text)?, 1)),
    };
    let ((old_start, old_count), (new_start, new_count)) = (range(old)?, range(new)?);
    Some([old_start, old_count, new_start, new_count])
}

/// Longer than four numbers of any machine word and their punctuation.
const LONGEST_RANGES: usize = 120;

/// Of two names, the one the other only adds a suffix to (`file` of `file.orig`); else the second.
fn shorter_name(old: Option<Vec<u8>>, new: Option<Vec<u8>>) -> Option<Vec<u8>> {
    match (old, new) {
        (Some(old), Some(new)) if new.starts_with(&old) => Some(old),
        (old, new) => new.or(old),
    }
}

fn repo_path(name: &[u8]) -> Result<RepoPath, PatchErrorKind> {
    let path = std::str::from_utf8(name).ok().and_then(RepoPath::new);
    path.ok_or_else(|| PatchErrorKind::BadPath(String::from_utf8_lossy(name).into_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

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
        assert_eq!(file.path.as_str(), "d/f");
        assert_eq!(file.operation, Operation::Modify);
        assert_eq!(
            (file.preimage.as_str(), file.postimage.as_str()),
            ("1234567", "89abcde")
        );
        assert_eq!(
            (file.old_mode, file.new_mode),
            (Some(FileMode::Executable), None)
        );
        let lines = &file.hunks[0].lines;
        assert_eq!(lines[1].text, b"b", "the newline is not there");
        assert_eq!(lines[2].text, b"c\n");
    }

    #[test]
    fn headers_alone_create_delete_rename_copy_and_change_modes() {
        let header = |lines: &str| one(&format!("diff --git a/x b/x\n{lines}"));
        assert_eq!(
            header("new file mode 100644\n").operation,
            Operation::Create
        );
        assert_eq!(
            header("deleted file mode 100644\n").operation,
            Operation::Delete
        );
        let mode = header("old mode 100644\nnew mode 100755\n");
        assert_eq!(mode.new_mode, Some(FileMode::Executable));
        let moved =
            one("diff --git a/x b/y z\nsimilarity index 100%\nrename from x\nrename to y z\n");
        assert_eq!(moved.operation, Operation::Rename);
        assert_eq!(
            (moved.path.as_str(), moved.from.unwrap().as_str()),
            ("y z", "x")
        );
        let copied = one("diff --git a/x b/y\ncopy from x\ncopy to y\n");
        assert_eq!(copied.operation, Operation::Copy);
    }

    #[test]
    fn a_plain_diff_without_folders_has_no_prefix_and_may_create() {
        let file = one("--- f.orig\t2026-01-01\n+++ f\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(file.path.as_str(), "f");
        assert!(!file.certain);
        let file = one("--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(file.operation, Operation::Create);
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
