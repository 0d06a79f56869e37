//! Where a hunk goes in a file: `git apply`'s rules, to the line.
//!
//! libgit2's own apply tries a hunk at the line in its header and nowhere else, and diffy's searches the whole file
//! without git's anchors, so neither answers as `git apply` does. This module does; the differential tests hold it to
//! git itself. The rules, from the behaviour of git 2.47:
//!
//! - Every context and removed line must match to the byte; there is no fuzz.
//! - The search starts at the header's line in the post-image and goes outwards, forwards first.
//! - A hunk whose pre-image starts at line 0 or 1 goes to the very beginning; one without trailing context goes to the very
//!   end. Nowhere else.
//! - Lines an earlier hunk has placed, its context too, cannot be matched by a later one.
//! - A hunk that ends in a context line without a newline still matches a line that goes on with white space only, and so
//!   takes that white space, newline included, away.

use crate::patch::format::file::{Hunk, Line};

/// Where a hunk was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Where its pre-image starts in the file as it was before the patch, counted from 1; a hunk without a pre-image
    /// stands after this line.
    pub line: usize,
    /// `line` minus the line in the hunk's header.
    pub offset: isize,
}

/// What becomes of a file's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// One entry per hunk; `None` where it fits nowhere.
    pub hunks: Vec<Option<Placed>>,
    /// The new content; `None` where a hunk fits nowhere.
    pub result: Option<Vec<u8>>,
}

/// Places every hunk in `content`. A hunk that fits nowhere is passed over, and the next is tried on the rest.
pub fn place(content: &[u8], hunks: &[Hunk]) -> Placement {
    let mut image = Image::new(content);
    let placed: Vec<_> = hunks.iter().map(|hunk| image.place(hunk)).collect();
    let whole = placed.iter().all(Option::is_some);
    Placement {
        hunks: placed,
        result: whole.then(|| image.content()),
    }
}

/// Replaces every hunk at the very line its header gives, for content known to be what the hunks were made from: there, even
/// hunks without context are certain. `None` where a line is not as the hunk has it.
pub fn place_exactly(content: &[u8], hunks: &[Hunk]) -> Option<Vec<u8>> {
    let there: Vec<&[u8]> = lines(content).collect();
    let mut result = Vec::with_capacity(content.len());
    let mut done = 0;
    for hunk in hunks {
        let needed: Vec<&[u8]> = hunk.preimage().map(text).collect();
        // Without a pre-image, the header names the line before.
        let start = hunk
            .old_start
            .checked_sub(usize::from(!needed.is_empty()))?;
        let end = start.checked_add(needed.len())?;
        if there.get(start..end)? != needed {
            return None;
        }
        result.extend(there.get(done..start)?.concat());
        result.extend(hunk.postimage().flat_map(text));
        done = end;
    }
    result.extend(there.get(done..)?.concat());
    Some(result)
}

/// Splits content into lines that keep their endings.
pub fn lines(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    content.split_inclusive(|byte| *byte == b'\n')
}

struct ImageLine<'c> {
    text: &'c [u8],
    /// The line's place in the file as it was, counted from 0; `None` once a hunk has been placed over it.
    origin: Option<usize>,
}

struct Image<'c> {
    lines: Vec<ImageLine<'c>>,
}

impl<'c> Image<'c> {
    fn new(content: &'c [u8]) -> Image<'c> {
        let numbered = lines(content).enumerate();
        let line = |(number, text)| ImageLine {
            text,
            origin: Some(number),
        };
        Image {
            lines: numbered.map(line).collect(),
        }
    }

    fn place(&mut self, hunk: &'c Hunk) -> Option<Placed> {
        let needed: Vec<&[u8]> = hunk.preimage().map(text).collect();
        let at = self.find(hunk, &needed)?;
        let line = match needed.first() {
            Some(_) => self.lines[at].origin? + 1,
            None => self.originals_before(at),
        };
        let put = hunk.postimage().map(|line| ImageLine {
            text: &line.text,
            origin: None,
        });
        self.lines.splice(at..at + needed.len(), put);
        Some(Placed {
            line,
            offset: line.checked_signed_diff(hunk.old_start)?,
        })
    }

    fn originals_before(&self, at: usize) -> usize {
        let last = self.lines[..at].iter().rev().find_map(|line| line.origin);
        last.map_or(0, |origin| origin + 1)
    }

    fn find(&self, hunk: &Hunk, needed: &[&[u8]]) -> Option<usize> {
        let last = self.lines.len().checked_sub(needed.len())?;
        let at_beginning = hunk.old_start <= 1;
        let at_end = hunk.trailing_context() == 0;
        let fits = |at: usize| self.matches(needed, at, at_end);
        if at_beginning {
            return ((!at_end || last == 0) && fits(0)).then_some(0);
        }
        if at_end {
            return fits(last).then_some(last);
        }
        let start = hunk.new_start.saturating_sub(1).min(self.lines.len());
        outwards(start, self.lines.len()).find(|at| *at <= last && fits(*at))
    }

    fn matches(&self, needed: &[&[u8]], at: usize, at_end: bool) -> bool {
        let there = &self.lines[at..at + needed.len()];
        let Some((last, before)) = needed.split_last() else {
            return true;
        };
        let same = |(needed, line): (&&[u8], &ImageLine<'_>)| {
            line.origin.is_some() && line.text == *needed
        };
        let end = &there[before.len()];
        before.iter().zip(there).all(same)
            && end.origin.is_some()
            && (end.text == *last || (!at_end && goes_on_blank(end.text, last)))
    }

    fn content(&self) -> Vec<u8> {
        let texts = self.lines.iter().map(|line| line.text);
        texts.collect::<Vec<_>>().concat()
    }
}

fn text(line: &Line) -> &[u8] {
    &line.text
}

/// Whether `line` is `start`, which ends without a newline, and white space.
fn goes_on_blank(line: &[u8], start: &[u8]) -> bool {
    !start.ends_with(b"\n")
        && line
            .strip_prefix(start)
            .is_some_and(|rest| rest.iter().all(u8::is_ascii_whitespace))
}

/// `start`, then one further on, one further back, two further on, and so on within `0..=end`.
fn outwards(start: usize, end: usize) -> impl Iterator<Item = usize> {
    let around = (1..=end).flat_map(move |distance| {
        let onwards = start.checked_add(distance).filter(|at| *at <= end);
        [onwards, start.checked_sub(distance)]
    });
    std::iter::once(start).chain(around.flatten())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::patch::format::file::Side;

    fn hunk(old_start: usize, new_start: usize, text: &str) -> Hunk {
        let line = |line: &str| Line {
            side: match line.as_bytes()[0] {
                b' ' => Side::Context,
                b'-' => Side::Removed,
                _ => Side::Added,
            },
            text: line.as_bytes()[1..].to_vec(),
        };
        Hunk {
            old_start,
            new_start,
            lines: text.split_inclusive('\n').map(line).collect(),
        }
    }

    fn placed(content: &str, hunk: &Hunk) -> Option<(usize, isize)> {
        let placement = place(content.as_bytes(), std::slice::from_ref(hunk));
        placement.hunks[0].map(|placed| (placed.line, placed.offset))
    }

    #[test]
    fn the_search_goes_outwards_and_forwards_first() {
        assert_eq!(
            outwards(2, 5).collect::<Vec<_>>(),
            [2, 3, 1, 4, 0, 5],
            "from the middle"
        );
        let content = "x\na\nb\nx\na\nb\nx\na\nb\nx\n";
        let change = |line| hunk(line, line, " a\n-b\n+c\n x\n");
        assert_eq!(placed(content, &change(5)), Some((5, 0)));
        assert_eq!(placed(content, &change(6)), Some((5, -1)));
        assert_eq!(placed(content, &change(4)), Some((5, 1)));
        assert_eq!(placed(content, &change(90)), Some((8, -82)));
    }

    #[test]
    fn the_first_line_and_a_missing_tail_anchor_a_hunk() {
        let content = "x\na\nb\nx\na\n";
        assert_eq!(placed(content, &hunk(1, 1, " a\n-b\n+c\n x\n")), None);
        assert_eq!(
            placed(content, &hunk(2, 2, " a\n-b\n+c\n x\n")),
            Some((2, 0))
        );
        assert_eq!(placed(content, &hunk(2, 2, " x\n-a\n+c\n")), Some((4, 2)));
        assert_eq!(placed(content, &hunk(2, 2, " a\n-b\n")), None);
    }

    #[test]
    fn a_later_hunk_cannot_match_what_an_earlier_one_placed() {
        let hunks = [hunk(2, 2, "-a\n+b\n c\n"), hunk(3, 3, "-c\n+d\n e\n")];
        let placement = place(b"x\na\nc\ne\n", &hunks);
        assert!(placement.hunks[0].is_some());
        assert_eq!(placement.hunks[1], None);
        assert_eq!(placement.result, None);
    }

    #[test]
    fn lines_are_those_of_the_file_before_the_patch() {
        let hunks = [hunk(2, 2, "+n\n+n\n a\n"), hunk(4, 6, "-c\n+C\n d\n")];
        let placement = place(b"x\na\nb\nc\nd\n", &hunks);
        let found: Vec<_> = placement.hunks.iter().map(|hunk| hunk.unwrap()).collect();
        assert_eq!((found[0].line, found[0].offset), (2, 0));
        assert_eq!((found[1].line, found[1].offset), (4, 0));
        assert_eq!(placement.result.unwrap(), b"x\nn\nn\na\nb\nC\nd\n");
    }

    #[test]
    fn exact_placing_needs_no_context_but_the_very_lines() {
        let content = b"x\na\na\ny\n";
        let insertion = [hunk(2, 3, "+b\n")];
        assert_eq!(
            place_exactly(content, &insertion).unwrap(),
            b"x\na\nb\na\ny\n"
        );
        assert_eq!(place_exactly(content, &[hunk(1, 1, "-a\n")]), None);
        assert_eq!(place_exactly(content, &[hunk(9, 9, "-a\n")]), None);
    }

    #[test]
    fn an_empty_file_takes_a_creation() {
        let placement = place(b"", &[hunk(0, 1, "+a\n+b\n")]);
        assert_eq!(placement.hunks, [Some(Placed { line: 0, offset: 0 })]);
        assert_eq!(placement.result.unwrap(), b"a\nb\n");
    }
}
