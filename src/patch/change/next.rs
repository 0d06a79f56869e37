//! What leads on from where a stack stands. Nothing that would be refused as things are.

use std::collections::BTreeSet;
use std::ffi::OsString;

use crate::checkout::RepoPath;
use crate::patch::change::problem::Problem;
use crate::patch::change::stack::{Check, Stack};
use crate::patch::judge::judgement::Options;
use crate::patch::judge::plan::Refusal;

/// A command that leads on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// A subcommand of `patch`, with the choices made.
    Patch(&'static str),
    /// The same, with merging allowed.
    Merge(&'static str),
    /// A command of git's in the checkout.
    Git(Vec<OsString>),
    /// A clone of the checkout, which has no files of its own.
    Clone,
    /// A subcommand of `patch` on that clone, with the choices made.
    PatchClone(&'static str),
}

impl Next {
    pub(super) fn git(words: &[&str]) -> Next {
        Next::Git(words.iter().map(OsString::from).collect())
    }

    /// A command of git's on these files.
    pub(super) fn git_at(words: &[&str], files: &BTreeSet<&RepoPath>) -> Next {
        let words = words.iter().chain(&["--"]).map(OsString::from);
        let files = files.iter().map(|path| path.as_path().into());
        Next::Git(words.chain(files).collect())
    }
}

impl Stack<'_> {
    /// What to run next, in order; empty where there is nothing to do, or nothing to be done by a command.
    pub fn next(&self, check: &Check) -> Vec<Next> {
        if self.work_tree.is_none() {
            // In a clone the same patches would be refused for whatever else is in the way.
            return match check.problems.as_slice() {
                [Problem::Bare] => vec![Next::Clone, Next::PatchClone("apply")],
                _ => Vec::new(),
            };
        }
        if check.problems.is_empty() {
            return match check.plan.steps.is_empty() {
                true => Vec::new(),
                false => vec![Next::Patch("apply")],
            };
        }
        if check.problems.iter().any(is_left_out) {
            return vec![Next::git(&["sparse-checkout", "disable"])];
        }
        let edited = check.problems.iter().flat_map(Problem::edited);
        let edited: BTreeSet<&RepoPath> = edited.collect();
        if !edited.is_empty() && self.checkout.repository().is_some() {
            let look = Next::git_at(&["diff", "HEAD"], &edited);
            let aside = self.put_aside(&edited);
            let again = aside.is_some().then_some(Next::Patch("apply"));
            return [Some(look), aside, again].into_iter().flatten().collect();
        }
        match self.merges(check) {
            true => vec![Next::Merge("apply")],
            false => match self.way_out(check) {
                Some(way_out) => vec![way_out, Next::Patch("apply")],
                None => Vec::new(),
            },
        }
    }

    /// Whether merging would get in what does not apply as it is.
    fn merges(&self, check: &Check) -> bool {
        let is_stuck =
            |problem: &Problem| matches!(problem, Problem::Refused(Refusal::Inapplicable(_)));
        if self.options.three_way || !check.problems.iter().any(is_stuck) {
            return false;
        }
        let merging = Stack {
            options: Options {
                three_way: true,
                ..self.options.clone()
            },
            work_tree: self.work_tree.clone(),
            ..*self
        };
        merging.check().is_ok_and(|check| check.problems.is_empty())
    }
}

fn is_left_out(problem: &Problem) -> bool {
    matches!(problem, Problem::LeftOut(_))
}
