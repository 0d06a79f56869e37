//! Says of each hunk whether it applies and, if not, what is in its place.

use diffy::{DiffOptions, Line};

use crate::patch::fit::place::{lines, place};
use crate::patch::fit::trial::FileTrial;
use crate::patch::format::file::{FilePatch, Hunk};
use crate::patch::judge::report::{
    Drift, DriftKind, DriftLine, FileProblem, HunkReport, HunkVerdict,
};

/// One report per hunk of a file patch that was tried.
pub fn hunks(patch: &FilePatch, trial: &FileTrial) -> Vec<HunkReport> {
    let content = trial.before.as_ref().map(|image| image.data.as_slice());
    let placed = patch.hunks.iter().zip(&trial.hunks).enumerate();
    placed
        .map(|(number, (hunk, placed))| {
            let refused = trial.problem.is_some();
            let verdict = match (placed, content) {
                (Some(_), _) if !refused => HunkVerdict::Applies,
                (Some(_), _) => HunkVerdict::FileRefused,
                (None, _) if is_absence(trial.problem.as_ref()) => HunkVerdict::FileGone,
                (None, content) => not_applying(hunk, content.unwrap_or_default()),
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

fn not_applying(hunk: &Hunk, content: &[u8]) -> HunkVerdict {
    let reversed = hunk.reversed();
    let there = place(content, std::slice::from_ref(&reversed)).hunks;
    match there.first() {
        Some(Some(placed)) => HunkVerdict::AlreadyThere { line: placed.line },
        _ => HunkVerdict::Drifted(drift(hunk, content)),
    }
}

/// The stretch of the file nearest to what the hunk needs.
fn drift(hunk: &Hunk, content: &[u8]) -> Drift {
    let needed: Vec<&[u8]> = hunk.preimage().map(|line| line.text.as_slice()).collect();
    let there: Vec<&[u8]> = lines(content).collect();
    let start = nearest(&needed, &there, hunk.old_start.saturating_sub(1));
    let end = there.len().min(start + needed.len());
    Drift {
        line: start + 1,
        lines: edit(&needed.concat(), &there[start.min(end)..end].concat()),
    }
}

/// Where most lines of `needed` are found in their places; of several such places, the one nearest to `expected`.
fn nearest(needed: &[&[u8]], there: &[&[u8]], expected: usize) -> usize {
    let last = there.len().saturating_sub(needed.len().max(1));
    let score = |start: usize| {
        let pairs = needed.iter().zip(there.get(start..).unwrap_or_default());
        let alike = |(needed, found): &(&&[u8], &&[u8])| {
            needed.trim_ascii() == found.trim_ascii() && !needed.trim_ascii().is_empty()
        };
        pairs.filter(alike).count()
    };
    let rank = |start: &usize| (score(*start), std::cmp::Reverse(start.abs_diff(expected)));
    (0..=last).max_by_key(rank).unwrap_or(0)
}

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
        not_applying(&files[0].hunks[0], content)
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
