//! What leads on from where a stack stands. Nothing that would be refused as things are.

use std::ffi::OsString;

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
}

impl Next {
    pub(super) fn git(words: &[&str]) -> Next {
        Next::Git(words.iter().map(OsString::from).collect())
    }
}

impl Stack<'_> {
    /// What to run next, in order; empty where there is nothing to do, or nothing to be done by a command.
    pub fn next(&self, check: &Check) -> Vec<Next> {
        if self.work_tree.is_none() {
            return Vec::new();
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
        let edited: Vec<OsString> = check
            .problems
            .iter()
            .flat_map(Problem::edited)
            .map(|path| path.as_str().into())
            .collect();
        if !edited.is_empty() && self.checkout.repository().is_some() {
            let mut words: Vec<OsString> = ["diff", "HEAD", "--"].map(OsString::from).into();
            words.extend(edited);
            return vec![Next::Git(words)];
        }
        match self.merges(check) {
            true => vec![Next::Merge("apply")],
            false => self.way_out(check).into_iter().collect(),
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
