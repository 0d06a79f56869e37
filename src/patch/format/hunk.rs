//! One hunk of a patch file.

use std::sync::Arc;

use crate::patch::format::cursor::PatchCursor;
use crate::patch::format::error::{PatchError, PatchErrorKind};
use crate::patch::format::file::{Hunk, LineSpan, Side};

/// Reads a hunk of `text`, and how many lines its header gives the two images.
///
/// # Errors
/// Where its lines are not those its header announces.
pub(super) fn hunk(
    cursor: &mut PatchCursor<'_>,
    text: &Arc<[u8]>,
) -> Result<(Hunk, usize, usize), PatchError> {
    let ranges = hunk_ranges(cursor.line());
    let ranges = ranges.ok_or_else(|| cursor.error(PatchErrorKind::CorruptHunk))?;
    let [old_start, old_count, new_start, new_count] = ranges;
    let (mut old, mut new) = (old_count, new_count);
    let mut spans = Vec::new();
    cursor.advance();
    while old > 0 || new > 0 {
        let taken = |left: usize, takes: bool| left.checked_sub(usize::from(takes));
        let left = hunk_line(cursor, text, &mut spans).and_then(|side| {
            Some(match side {
                Some(side) => (
                    taken(old, side != Side::Added)?,
                    taken(new, side != Side::Removed)?,
                ),
                None => (old, new),
            })
        });
        (old, new) = left.ok_or_else(|| cursor.error(PatchErrorKind::CorruptHunk))?;
        cursor.advance();
    }
    if cursor.line().starts_with(b"\\ ") {
        cut_newline(text, &mut spans);
        cursor.advance();
    }
    if spans.iter().all(|span| span.side == Side::Context) {
        return Err(cursor.error(PatchErrorKind::CorruptHunk));
    }
    let hunk = Hunk::new(old_start, new_start, Arc::clone(text), spans);
    Ok((hunk, old_count, new_count))
}

/// Reads one line of a hunk: `Some(None)` for the marker of a missing newline, `None` for what is no hunk line.
fn hunk_line(
    cursor: &PatchCursor<'_>,
    text: &[u8],
    spans: &mut Vec<LineSpan>,
) -> Option<Option<Side>> {
    let line = cursor.line();
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
            cut_newline(text, spans);
            return Some(None);
        }
        _ => return None,
    };
    let sign = usize::from(*first != b'\n');
    spans.push(LineSpan {
        side,
        start: u32::try_from(cursor.offset() + sign).ok()?,
        length: u32::try_from(line.len() - sign).ok()?,
    });
    Some(Some(side))
}

/// The shortest `\ No newline at end of file` in any language, by git's own guess.
const SHORTEST_MARKER: usize = 12;

/// The last line read has no newline after all.
fn cut_newline(text: &[u8], spans: &mut [LineSpan]) {
    if let Some(last) = spans.last_mut()
        && last.bytes_of(text).ends_with(b"\n")
    {
        last.length -= 1;
    }
}

/// Start and count of the pre-image, start and count of the post-image.
pub(super) fn hunk_ranges(line: &[u8]) -> Option<[usize; 4]> {
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
