//! Which stretches of a history a patch applies to.

use serde::Serialize;

use crate::patch::judge::matrix::{Matrix, Range, Row, UnreadCommit};
use crate::patch::judge::report::State;

/// A commit that could not be judged.
#[derive(Debug, Serialize)]
pub struct Unread<'a> {
    commit: String,
    reason: &'a str,
}

/// Neighbouring commits on which a patch is in one state.
#[derive(Debug, Serialize)]
pub struct Stretch<'a> {
    patch: &'a str,
    era: Option<String>,
    state: State,
    file: Option<&'a str>,
    first: String,
    last: String,
    commits: usize,
}

impl<'a> Unread<'a> {
    /// Every commit that could not be judged.
    pub fn all(matrix: &'a Matrix) -> Vec<Unread<'a>> {
        let commits = matrix.unread.iter();
        let one = |commit: &'a UnreadCommit| Unread {
            commit: commit.id.to_string(),
            reason: &commit.reason,
        };
        commits.map(one).collect()
    }
}

impl<'a> Stretch<'a> {
    /// Every stretch, patch by patch.
    pub fn all(matrix: &'a Matrix) -> Vec<Stretch<'a>> {
        let stretch = |row: &'a Row, range: &'a Range| Stretch {
            patch: &row.patch,
            era: range.era.map(|era| era.to_string()),
            state: range.state,
            file: Some(range.file.as_str()).filter(|file| !file.is_empty()),
            first: matrix.commits[range.first].id.to_string(),
            last: matrix.commits[range.last].id.to_string(),
            commits: range.commits(),
        };
        let rows = matrix.rows.iter();
        rows.flat_map(|row| row.ranges.iter().map(move |range| stretch(row, range)))
            .collect()
    }
}
