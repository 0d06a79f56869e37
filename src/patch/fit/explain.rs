//! Says of each hunk whether it applies and, if not, what is in its place.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use diffy::{DiffOptions, Line};

use crate::patch::fit::image::{Image, lines};
use crate::patch::fit::place::place;
use crate::patch::fit::problem::FileProblem;
use crate::patch::fit::trial::FileTrial;
use crate::patch::format::file::{FilePatch, Hunk};

/// Where one hunk stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HunkReport {
    /// Counts from 1.
    pub index: usize,
    /// Where its pre-image starts in the file, counted from 1; `None` where it does not apply.
    pub line: Option<usize>,
    /// `line` minus the line in the hunk's header.
    pub offset: Option<isize>,
    /// Why.
    pub verdict: HunkVerdict,
}

impl HunkReport {
    /// True where the hunk applies.
    pub fn applies(&self) -> bool {
        self.verdict == HunkVerdict::Applies
    }
}

/// What becomes of a hunk, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HunkVerdict {
    /// It applies.
    Applies,
    /// The file has the post-image already, at this line.
    AlreadyThere {
        /// Counted from 1.
        line: usize,
    },
    /// The lines it needs are not there.
    Drifted(Drift),
    /// The file is not there.
    FileGone,
    /// The hunk fits, but the file as a whole cannot be patched.
    FileRefused,
}

/// The nearest the file comes to what a hunk needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// Where the excerpt starts in the file, counted from 1.
    pub line: usize,
    /// What the hunk needs and what is there, as an edit of one into the other.
    pub lines: Vec<DriftLine>,
}

/// One line of an excerpt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftLine {
    /// Whether the line is expected, found or both.
    pub kind: DriftKind,
    /// The text without its line ending, not valid UTF-8 replaced.
    pub text: String,
}

/// How a line of an excerpt came to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriftKind {
    /// Expected and found.
    Same,
    /// Expected by the hunk, not in the file.
    Expected,
    /// In the file, not expected by the hunk.
    Found,
}

/// One report per hunk of a file patch that was tried.
pub fn hunks(patch: &FilePatch, trial: &FileTrial) -> Vec<HunkReport> {
    let content = trial.before.as_ref().map(|image| image.data.as_slice());
    let mut misfits = Misfits::new(content.unwrap_or_default());
    let placed = patch.hunks.iter().zip(&trial.hunks).enumerate();
    placed
        .map(|(number, (hunk, placed))| {
            let refused = trial.problem.is_some();
            let verdict = match placed {
                Some(_) if !refused => HunkVerdict::Applies,
                Some(_) => HunkVerdict::FileRefused,
                None if is_absence(trial.problem.as_ref()) => HunkVerdict::FileGone,
                None => misfits.verdict(hunk),
            };
            let placed = placed.filter(|_| !refused);
            HunkReport {
                index: number + 1,
                line: placed.map(|placed| placed.line),
                offset: placed.map(|placed| placed.offset),
                verdict,
            }
        })
        .collect()
}

/// One report per hunk of a file that has the post-image.
pub fn hunks_there(patch: &FilePatch, content: &[u8]) -> Vec<HunkReport> {
    let reversed = patch.reversed().hunks;
    let placed = place(content, &reversed).hunks;
    let placed = reversed.iter().zip(placed).enumerate();
    placed
        .map(|(number, (hunk, placed))| HunkReport {
            index: number + 1,
            line: None,
            offset: None,
            verdict: HunkVerdict::AlreadyThere {
                line: placed.map_or(hunk.old_start, |placed| placed.line),
            },
        })
        .collect()
}

fn is_absence(problem: Option<&FileProblem>) -> bool {
    matches!(
        problem,
        Some(FileProblem::Missing(_) | FileProblem::Gone(_))
    )
}

/// Looks for what the hunks that do not fit a file have in it; what serves them all is made once, when the first needs it.
struct Misfits<'c> {
    content: &'c [u8],
    image: OnceCell<Image<'c>>,
    words: OnceCell<Words<'c>>,
}

impl<'c> Misfits<'c> {
    fn new(content: &'c [u8]) -> Misfits<'c> {
        Misfits {
            content,
            image: OnceCell::new(),
            words: OnceCell::new(),
        }
    }

    fn verdict(&mut self, hunk: &Hunk) -> HunkVerdict {
        self.image.get_or_init(|| Image::new(self.content));
        let there = self
            .image
            .get_mut()
            .and_then(|image| image.fits(&hunk.reversed()));
        match there {
            Some(placed) => HunkVerdict::AlreadyThere { line: placed.line },
            None => HunkVerdict::Drifted(self.drift(hunk)),
        }
    }

    /// The stretch of the file nearest to what the hunk needs.
    fn drift(&self, hunk: &Hunk) -> Drift {
        let words = self.words.get_or_init(|| Words::of(self.content));
        let needed: Vec<&[u8]> = hunk.preimage().collect();
        let start = words.nearest(&needed, hunk.old_start.saturating_sub(1));
        let end = words.lines.len().min(start + needed.len());
        Drift {
            line: start + 1,
            lines: edit(&needed.concat(), &words.lines[start.min(end)..end].concat()),
        }
    }
}

/// The lines of a file, and where each is, white space around them left out of account.
struct Words<'c> {
    lines: Vec<&'c [u8]>,
    places: HashMap<&'c [u8], Vec<usize>>,
}

impl<'c> Words<'c> {
    fn of(content: &'c [u8]) -> Words<'c> {
        let lines: Vec<&[u8]> = lines(content).collect();
        let mut places: HashMap<&[u8], Vec<usize>> = HashMap::new();
        for (place, line) in lines.iter().enumerate() {
            places.entry(line.trim_ascii()).or_default().push(place);
        }
        Words { lines, places }
    }

    /// Where most lines of `needed` are found in their places; of several such places, the one nearest to `expected`.
    fn nearest(&self, needed: &[&[u8]], expected: usize) -> usize {
        let last = self.lines.len().saturating_sub(needed.len().max(1));
        let mut scores: BTreeMap<usize, usize> = BTreeMap::new();
        for (index, line) in needed.iter().enumerate() {
            let word = line.trim_ascii();
            if word.is_empty() {
                continue;
            }
            let places = self.places.get(word).map_or(&[][..], Vec::as_slice);
            // A line that is everywhere says little about where, and would take the longest to count.
            let near = places.partition_point(|place| *place < expected.saturating_add(index));
            let near = near.saturating_sub(MOST_PLACES)..places.len().min(near + MOST_PLACES);
            for place in &places[near] {
                if let Some(start) = place.checked_sub(index).filter(|start| *start <= last) {
                    *scores.entry(start).or_default() += 1;
                }
            }
        }
        let rank = |(start, score): &(usize, usize)| (*score, Reverse(start.abs_diff(expected)));
        let best = scores.into_iter().max_by_key(rank);
        best.map_or(expected.min(last), |(start, _)| start)
    }
}

/// Anchors of one line that are looked at, on either side of where it is expected.
const MOST_PLACES: usize = 500;

fn edit(expected: &[u8], found: &[u8]) -> Vec<DriftLine> {
    let mut options = DiffOptions::new();
    options.set_context_len(usize::MAX);
    let patch = options.create_patch_bytes(expected, found);
    let Some(hunk) = patch.hunks().first() else {
        // Nothing differs but where the file ends.
        return lines(expected)
            .map(|line| drift_line(DriftKind::Same, line))
            .collect();
    };
    let line = |line: &Line<'_, [u8]>| match line {
        Line::Context(text) => drift_line(DriftKind::Same, text),
        Line::Delete(text) => drift_line(DriftKind::Expected, text),
        Line::Insert(text) => drift_line(DriftKind::Found, text),
    };
    hunk.lines().iter().map(line).collect()
}

fn drift_line(kind: DriftKind, text: &[u8]) -> DriftLine {
    let text = String::from_utf8_lossy(text);
    DriftLine {
        kind,
        text: text.trim_end_matches(['\n', '\r']).to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::patch::format::parse::parse;

    const PATCH: &[u8] = b"--- a/f\n+++ b/f\n@@ -3,3 +3,3 @@\n c\n-d\n+D\n e\n";

    fn verdict(content: &[u8]) -> HunkVerdict {
        let files = parse(PATCH).unwrap();
        Misfits::new(content).verdict(&files[0].hunks[0])
    }

    #[test]
    fn a_change_that_is_there_is_said_to_be() {
        let verdict = verdict(b"a\nb\nx\nc\nD\ne\nf\n");
        assert_eq!(verdict, HunkVerdict::AlreadyThere { line: 4 });
    }

    #[test]
    fn a_drifted_line_is_shown_against_what_is_expected() {
        let HunkVerdict::Drifted(drift) = verdict(b"a\nb\nx\nc\nd2\ne\nf\n") else {
            panic!("not drifted");
        };
        assert_eq!(drift.line, 4);
        let shown: Vec<_> = drift
            .lines
            .iter()
            .map(|line| (line.kind, line.text.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                (DriftKind::Same, "c"),
                (DriftKind::Expected, "d"),
                (DriftKind::Found, "d2"),
                (DriftKind::Same, "e"),
            ]
        );
    }

    #[test]
    fn an_empty_file_has_nothing_to_show() {
        let HunkVerdict::Drifted(drift) = verdict(b"") else {
            panic!("not drifted");
        };
        assert!(
            drift
                .lines
                .iter()
                .all(|line| line.kind == DriftKind::Expected)
        );
        assert_eq!(drift.lines.len(), 3);
    }
}
