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

use crate::patch::fit::image::{Image, Placed, lines};
use crate::patch::format::file::Hunk;

/// What becomes of a file's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// One entry per hunk; `None` where it fits nowhere.
    pub hunks: Vec<Option<Placed>>,
    /// The new content; `None` where a hunk fits nowhere.
    pub result: Option<Vec<u8>>,
}

/// Anchors every hunk in `content`. A hunk that fits nowhere is passed over, and the next is tried on the rest.
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
        let needed: Vec<&[u8]> = hunk.preimage().collect();
        // Without a pre-image, the header names the line before.
        let start = hunk
            .old_start
            .checked_sub(usize::from(!needed.is_empty()))?;
        let end = start.checked_add(needed.len())?;
        if there.get(start..end)? != needed {
            return None;
        }
        result.extend(there.get(done..start)?.concat());
        result.extend(hunk.postimage().flatten());
        done = end;
    }
    result.extend(there.get(done..)?.concat());
    Some(result)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::patch::format::parse::parse;

    /// A hunk with that header, its counts apart.
    fn hunk(old_start: usize, new_start: usize, text: &str) -> Hunk {
        let count = |other: char| text.lines().filter(|line| !line.starts_with(other)).count();
        let patch = format!(
            "--- a/f\n+++ b/f\n@@ -{old_start},{} +{new_start},{} @@\n{text}",
            count('+'),
            count('-'),
        );
        parse(patch.as_bytes()).unwrap().remove(0).hunks.remove(0)
    }

    fn placed(content: &str, hunk: &Hunk) -> Option<(usize, isize)> {
        let placement = place(content.as_bytes(), std::slice::from_ref(hunk));
        placement.hunks[0].map(|placed| (placed.line, placed.offset))
    }

    #[test]
    fn the_search_goes_outwards_and_forwards_first() {
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

    /// What this module did before it had an index: every place is looked at, nearest first.
    fn slowly(content: &[u8], hunks: &[Hunk]) -> Vec<Option<usize>> {
        let mut image: Vec<(&[u8], Option<usize>)> = lines(content)
            .enumerate()
            .map(|(number, text)| (text, Some(number)))
            .collect();
        let mut found = Vec::new();
        for hunk in hunks {
            let needed: Vec<&[u8]> = hunk.preimage().collect();
            let at_end = hunk.trailing_context() == 0;
            let is_last = |index: usize| index + 1 == needed.len() && !at_end;
            let fits = |image: &[(&[u8], Option<usize>)], at: usize| {
                let there = &image[at..at + needed.len()];
                let same = |(index, (line, (text, origin))): (usize, (&&[u8], &(&[u8], _)))| {
                    let _: &Option<usize> = origin;
                    let rest = text.strip_prefix(*line);
                    let blank = rest.is_some_and(|rest| rest.iter().all(u8::is_ascii_whitespace));
                    let open = is_last(index) && !line.ends_with(b"\n");
                    origin.is_some() && (text == line || (open && blank))
                };
                needed.iter().zip(there).enumerate().all(same)
            };
            let at = image.len().checked_sub(needed.len()).and_then(|last| {
                if hunk.old_start <= 1 {
                    return ((!at_end || last == 0) && fits(&image, 0)).then_some(0);
                }
                if at_end {
                    return fits(&image, last).then_some(last);
                }
                let start = hunk.new_start.saturating_sub(1).min(image.len());
                let mut places: Vec<usize> = (0..=last).collect();
                places.sort_by_key(|at| (at.abs_diff(start), *at < start));
                places.into_iter().find(|at| fits(&image, *at))
            });
            found.push(at.map(|at| match needed.first() {
                Some(_) => image[at].1.unwrap() + 1,
                None => {
                    let before = image[..at].iter().rev().find_map(|(_, origin)| *origin);
                    before.map_or(0, |origin| origin + 1)
                }
            }));
            if let Some(at) = at {
                let put = hunk.postimage().map(|text| (text, None));
                image.splice(at..at + needed.len(), put.collect::<Vec<_>>());
            }
        }
        found
    }

    /// Looked for one by one from the beginning, as many hunks and misfits as these take minutes.
    #[test]
    fn thousands_of_hunks_take_no_longer_than_their_lines() {
        const HUNKS: usize = 5_000;
        let line = |number: usize| match number % 3 {
            0 => "}\n".to_owned(),
            _ => format!("line {number}\n"),
        };
        let content: String = (0..HUNKS * 6).map(line).collect();
        let patch = |found: &dyn Fn(usize) -> String| {
            let hunk = |at: usize| {
                format!(
                    "@@ -{0},3 +{0},3 @@\n {1}-{2}+new\n {3}",
                    at + 1,
                    line(at),
                    found(at + 1),
                    line(at + 2)
                )
            };
            let hunks: String = (0..HUNKS).map(|number| hunk(number * 6 + 3)).collect();
            parse(format!("--- a/f\n+++ b/f\n{hunks}").as_bytes())
                .unwrap()
                .remove(0)
                .hunks
        };
        let started = std::time::Instant::now();
        let placement = place(content.as_bytes(), &patch(&line));
        let result = placement.result.unwrap();
        assert_eq!(
            lines(&result).filter(|line| *line == b"new\n").count(),
            HUNKS
        );
        let placement = place(content.as_bytes(), &patch(&|_| "}\n".to_owned()));
        assert!(placement.hunks.iter().all(Option::is_none));
        assert!(
            started.elapsed() < std::time::Duration::from_secs(30),
            "{:?}",
            started.elapsed()
        );
    }

    proptest::proptest! {
        #[test]
        fn the_index_finds_what_looking_everywhere_finds(
            content in "([abc ]{0,2}\n){0,30}[ab]?",
            hunks in proptest::collection::vec(
                (0usize..32, 0usize..32, "( [abc]\n){0,2}(-[abc]\n|\\+[abc]\n){1,3}( [abc]\n| [abc] ?\n\\\\ No newline at end\n){0,1}"),
                1..7,
            ),
        ) {
            let hunks: Vec<Hunk> = hunks
                .iter()
                .filter_map(|(old, new, text)| {
                    let real = |line: &&str| !line.starts_with('\\');
                    let count = |other: char| {
                        text.lines().filter(real).filter(|line| !line.starts_with(other)).count()
                    };
                    let patch = format!(
                        "--- a/f\n+++ b/f\n@@ -{old},{} +{new},{} @@\n{text}",
                        count('+'),
                        count('-'),
                    );
                    Some(parse(patch.as_bytes()).ok()?.remove(0).hunks.remove(0))
                })
                .collect();
            let found = place(content.as_bytes(), &hunks);
            let lines: Vec<_> = found.hunks.iter().map(|placed| placed.map(|placed| placed.line)).collect();
            proptest::prop_assert_eq!(lines, slowly(content.as_bytes(), &hunks));
        }
    }
}
