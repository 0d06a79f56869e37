//! What stands before a file's hunks: git's own header, or the two lines of a plain diff.

use crate::checkout::FileMode;
use crate::patch::format::cursor::PatchCursor;
use crate::patch::format::error::{PatchError, PatchErrorKind};
use crate::patch::format::file::FileOperation;
use crate::patch::format::hunk::hunk_ranges;
use crate::patch::format::name::{
    Ends, common_name, has_epoch_timestamp, header_name, is_dev_null,
};

/// Path components to leave out of names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strip {
    components: usize,
    /// A plain diff without directories settles it for the rest of the file.
    known: bool,
}

impl Default for Strip {
    fn default() -> Strip {
        Strip {
            components: 1,
            known: false,
        }
    }
}

/// What header lines say about one file.
#[derive(Default)]
pub(super) struct Header {
    /// Whether a git header, which states creation and deletion.
    pub(super) git: bool,
    pub(super) kind: Option<FileOperation>,
    pub(super) old: Option<Vec<u8>>,
    pub(super) new: Option<Vec<u8>>,
    pub(super) old_mode: Option<FileMode>,
    pub(super) new_mode: Option<FileMode>,
    pub(super) preimage: String,
    pub(super) postimage: String,
}

/// Goes on to the next file's first hunk, or where it would be; `None` at the end of the text.
///
/// # Errors
/// Where a header cannot be meant, or a hunk has none.
pub(super) fn next_header<'t>(
    cursor: &mut PatchCursor<'t>,
    strip: &mut Strip,
) -> Result<Option<(Header, PatchCursor<'t>)>, PatchError> {
    while !cursor.is_at_end() {
        let (start, line) = (*cursor, cursor.line());
        if line.starts_with(b"@@ -") && hunk_ranges(line).is_some() {
            return Err(cursor.error(PatchErrorKind::OrphanHunk));
        }
        if let Some(rest) = line.strip_prefix(b"diff --git ") {
            if let Some(header) = git_header(cursor, rest, strip.components)? {
                return Ok(Some((header, start)));
            }
        } else if is_plain_header(cursor) {
            return Ok(Some((plain_header(cursor, strip)?, start)));
        }
        cursor.advance();
    }
    Ok(None)
}

/// Whether a plain diff's two lines and a hunk are here.
pub(super) fn is_plain_header(cursor: &PatchCursor<'_>) -> bool {
    let second = cursor.next();
    cursor.line().starts_with(b"--- ")
        && second.line().starts_with(b"+++ ")
        && second.next().line().starts_with(b"@@ -")
}

/// Leaves the cursor where it is if nothing follows the `diff --git` line.
fn git_header(
    cursor: &mut PatchCursor<'_>,
    rest: &[u8],
    strip: usize,
) -> Result<Option<Header>, PatchError> {
    let start = *cursor;
    let mut header = Header {
        git: true,
        ..Header::default()
    };
    let common = common_name(rest, strip);
    cursor.advance();
    let first = cursor.offset();
    let names = Names {
        common: common.as_deref(),
        strip,
    };
    while cursor.line().ends_with(b"\n") && names.header_line(cursor, &mut header)? {
        cursor.advance();
    }
    if cursor.offset() == first {
        *cursor = start;
        return Ok(None);
    }
    if header.old.is_none() && header.new.is_none() {
        header.old.clone_from(&common);
        header.new = common;
    }
    let needs_old = header.kind != Some(FileOperation::Create);
    let needs_new = header.kind != Some(FileOperation::Delete);
    if (needs_old && header.old.is_none()) || (needs_new && header.new.is_none()) {
        return Err(cursor.error(PatchErrorKind::NoName));
    }
    Ok(Some(header))
}

/// What is known of a git header's names beforehand.
struct Names<'h> {
    /// The name both sides of the `diff --git` line agree on.
    common: Option<&'h [u8]>,
    strip: usize,
}

impl Names<'_> {
    /// Reads one line of a git header; false where the header has ended.
    fn header_line(
        &self,
        cursor: &PatchCursor<'_>,
        header: &mut Header,
    ) -> Result<bool, PatchError> {
        let line = cursor.line();
        let after = |keyword: &str| line.strip_prefix(keyword.as_bytes());
        // `rename from` and its like give names without `a/` and `b/`.
        let moved = self.strip.saturating_sub(1);
        if let Some(rest) = after("--- ") {
            let is_new = header.kind == Some(FileOperation::Create);
            self.verify_name(cursor, rest, is_new, &mut header.old)?;
        } else if let Some(rest) = after("+++ ") {
            let is_gone = header.kind == Some(FileOperation::Delete);
            self.verify_name(cursor, rest, is_gone, &mut header.new)?;
        } else if let Some(rest) = after("old mode ") {
            header.old_mode = Some(mode(cursor, rest)?);
        } else if let Some(rest) = after("new mode ") {
            header.new_mode = Some(mode(cursor, rest)?);
        } else if let Some(rest) = after("deleted file mode ") {
            set_kind(cursor, header, FileOperation::Delete)?;
            header.old = self.common.map(<[u8]>::to_vec);
            header.old_mode = Some(mode(cursor, rest)?);
        } else if let Some(rest) = after("new file mode ") {
            set_kind(cursor, header, FileOperation::Create)?;
            header.new = self.common.map(<[u8]>::to_vec);
            header.new_mode = Some(mode(cursor, rest)?);
        } else if let Some(rest) = after("copy from ") {
            set_kind(cursor, header, FileOperation::Copy)?;
            header.old = header_name(rest, moved, Ends::AtLineEnd);
        } else if let Some(rest) = after("copy to ") {
            set_kind(cursor, header, FileOperation::Copy)?;
            header.new = header_name(rest, moved, Ends::AtLineEnd);
        } else if let Some(rest) = after("rename from ").or_else(|| after("rename old ")) {
            set_kind(cursor, header, FileOperation::Rename)?;
            header.old = header_name(rest, moved, Ends::AtLineEnd);
        } else if let Some(rest) = after("rename to ").or_else(|| after("rename new ")) {
            set_kind(cursor, header, FileOperation::Rename)?;
            header.new = header_name(rest, moved, Ends::AtLineEnd);
        } else if let Some(rest) = after("index ") {
            index_line(cursor, rest, header)?;
        } else {
            return Ok(
                after("similarity index ").is_some() || after("dissimilarity index ").is_some()
            );
        }
        Ok(true)
    }

    fn verify_name(
        &self,
        cursor: &PatchCursor<'_>,
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
            Err(cursor.error(PatchErrorKind::Contradiction))
        }
    }
}

fn set_kind(
    cursor: &PatchCursor<'_>,
    header: &mut Header,
    kind: FileOperation,
) -> Result<(), PatchError> {
    if header.kind.is_some_and(|earlier| earlier != kind) {
        return Err(cursor.error(PatchErrorKind::Contradiction));
    }
    header.kind = Some(kind);
    Ok(())
}

fn mode(cursor: &PatchCursor<'_>, rest: &[u8]) -> Result<FileMode, PatchError> {
    let digits = rest.split(u8::is_ascii_whitespace).next();
    let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
    let mode = digits.and_then(|digits| u32::from_str_radix(digits, 8).ok());
    match mode {
        Some(mode) if mode & 0o170_000 == 0o120_000 => Ok(FileMode::Symlink),
        Some(mode) if mode & 0o170_000 == 0o160_000 => Err(cursor.error(PatchErrorKind::Submodule)),
        Some(mode) if mode & 0o170_000 == 0o100_000 => Ok(match mode & 0o100 {
            0 => FileMode::Regular,
            _ => FileMode::Executable,
        }),
        _ => Err(cursor.error(PatchErrorKind::BadMode)),
    }
}

/// `old..new mode`; a line of another form is passed over, as git does.
fn index_line(
    cursor: &PatchCursor<'_>,
    rest: &[u8],
    header: &mut Header,
) -> Result<(), PatchError> {
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
        header.old_mode = Some(self::mode(cursor, mode.as_bytes())?);
    }
    Ok(())
}

fn plain_header(cursor: &mut PatchCursor<'_>, strip: &mut Strip) -> Result<Header, PatchError> {
    let (old, new) = (&cursor.line()[4..], &cursor.next().line()[4..]);
    guess_strip(strip, new);
    let old_name = header_name(old, strip.components, Ends::AtTab);
    let new_name = header_name(new, strip.components, Ends::AtTab);
    let mut header = Header::default();
    if is_dev_null(old) {
        header.kind = Some(FileOperation::Create);
        header.new = new_name;
    } else if is_dev_null(new) {
        header.kind = Some(FileOperation::Delete);
        header.old = old_name;
    } else {
        let name = shorter_name(old_name, new_name);
        if has_epoch_timestamp(old) {
            header.kind = Some(FileOperation::Create);
            header.new = name;
        } else if has_epoch_timestamp(new) {
            header.kind = Some(FileOperation::Delete);
            header.old = name;
        } else {
            header.old.clone_from(&name);
            header.new = name;
        }
    }
    if header.old.is_none() && header.new.is_none() {
        return Err(cursor.error(PatchErrorKind::NoName));
    }
    cursor.advance();
    cursor.advance();
    Ok(header)
}

/// A plain diff whose names have no directory has no prefix to leave out, either.
fn guess_strip(strip: &mut Strip, new: &[u8]) {
    let name = header_name(new, 0, Ends::AtTab);
    if !strip.known && name.is_some_and(|name| !name.contains(&b'/')) {
        strip.components = 0;
        strip.known = true;
    }
}

/// Of two names, the one the other only adds a suffix to (`file` of `file.orig`); else the second.
fn shorter_name(old: Option<Vec<u8>>, new: Option<Vec<u8>>) -> Option<Vec<u8>> {
    match (old, new) {
        (Some(old), Some(new)) if new.starts_with(&old) => Some(old),
        (old, new) => new.or(old),
    }
}
