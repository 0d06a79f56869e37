//! A stack over the engine's history.

use crate::patch::change::stack::Stack;
use crate::patch::judge::matrix::{Matrix, MatrixError, history, matrix};
use crate::patch::judge::report::{PatchReport, StackReport, State};

/// How many commits are looked at for one a patch applies to, the latest.
const HISTORY: usize = 1000;

impl Stack<'_> {
    /// Which patch is in which state on which stretch of a history; `None` for an export, which has none.
    ///
    /// # Errors
    /// When `revisions` names no commits, or the history cannot be read.
    pub fn matrix(&self, revisions: &str) -> Result<Option<Matrix>, MatrixError> {
        let Some(repository) = self.checkout.repository() else {
            return Ok(None);
        };
        let commits = history(repository, revisions)?;
        matrix(repository, self.series, &self.options, &commits).map(Some)
    }

    /// The part of the history that has commits the patches in conflict apply to, with their names; `None` where there is
    /// no such patch or none such history at hand.
    pub fn elsewhere<'r>(&self, report: &'r StackReport) -> Option<(Matrix, Vec<&'r str>)> {
        let stuck = |patch: &&PatchReport| !patch.achievable && patch.state == State::Conflict;
        let stuck: Vec<_> = report.patches.iter().filter(stuck).collect();
        let repository = self.checkout.repository().filter(|_| !stuck.is_empty())?;
        // A history that is partly missing only takes this hint away.
        let found = ["HEAD", "refs/remotes/origin/HEAD"]
            .into_iter()
            .find_map(|revision| {
                let commits = history(repository, revision).ok()?;
                let recent = &commits[commits.len().saturating_sub(HISTORY)..];
                let matrix = matrix(repository, self.series, &self.options, recent).ok()?;
                let applies =
                    |patch: &&PatchReport| matrix.applies_to(&patch.name).next().is_some();
                stuck.iter().any(applies).then_some(matrix)
            })?;
        Some((
            found,
            stuck.iter().map(|patch| patch.name.as_str()).collect(),
        ))
    }
}
