//! A series of patches and the checkout it goes into.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use git2::Oid;

use crate::checkout::FileImage;
use crate::checkout::RepoPath;
use crate::checkout::eol::CheckedOut;
use crate::checkout::open::{Checkout, Trees};
use crate::checkout::tree::image;
use crate::patch::change::problem::Problem;
use crate::patch::change::recorded::Recollection;
use crate::patch::change::staged::{is_left_out, staged};
use crate::patch::change::transaction::{
    Recovered, TransactionError, WorkTree, WriteSession, interrupted, net_changes,
};
use crate::patch::fit::problem::FileProblem;
use crate::patch::format::write::unified;
use crate::patch::judge::changes::PatchChanges;
use crate::patch::judge::judgement::{JudgeError, Options};
use crate::patch::judge::plan::{self, StackPlan};
use crate::patch::judge::report::StackReport;
use crate::patch::judge::verify::{self, Verification};
use crate::patch::series::Series;

/// A series of patches and the checkout it goes into: everything the command line does with them.
///
/// Looking changes nothing, not even what an interrupted command has left: [`recover`](Stack::recover) settles that.
pub struct Stack<'a> {
    pub(super) checkout: &'a Checkout,
    pub(super) series: &'a Series,
    pub(super) options: Options,
    /// `None` where the checkout is a bare repository.
    pub(super) work_tree: Option<WorkTree<'a>>,
}

/// Why a stack cannot be looked at or changed.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// It cannot be judged.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// A transaction failed, or could not begin; what stands is as it was unless it says otherwise.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    /// The checkout is a bare repository.
    #[error("a bare repository has no files to change")]
    Bare,
    /// A file cannot be read.
    #[error("the checkout cannot be read")]
    Unreadable(#[from] io::Error),
    /// libgit2 refused.
    #[error("git: {}", .0.message())]
    Git(#[from] git2::Error),
}

/// What `apply` would do, or why it would be refused.
#[derive(Debug)]
pub struct Check {
    /// What would be done; nothing where there are problems.
    pub plan: StackPlan,
    /// Why not.
    pub problems: Vec<Problem>,
}

/// What the stack changes, whether it is there already or not.
#[derive(Debug)]
pub struct Difference {
    /// What applying would do.
    pub check: Check,
    /// A unified diff that `git apply` takes, from the files without the patches to the files with them.
    pub text: Vec<u8>,
}

impl<'a> Stack<'a> {
    /// The series on the checkout.
    pub fn new(checkout: &'a Checkout, series: &'a Series, options: Options) -> Stack<'a> {
        Stack {
            checkout,
            series,
            options,
            work_tree: WorkTree::of(checkout),
        }
    }

    /// The commit checked out.
    pub fn head(&self) -> Option<Oid> {
        self.checkout.head()
    }

    /// Finishes or undoes what an interrupted command left; `None` where there is nothing of the kind.
    ///
    /// # Errors
    /// When it can be neither finished nor undone, or another process has held the lock for `wait`.
    pub fn recover(&self, wait: Duration) -> Result<Option<Recovered>, StackError> {
        match &self.work_tree {
            Some(work_tree) if interrupted(work_tree) => {
                Ok(WriteSession::open(work_tree.clone(), wait)?.1)
            }
            _ => Ok(None),
        }
    }

    /// Where every capability and every patch stands.
    ///
    /// # Errors
    /// When the checkout cannot be read, or the options name no patch.
    pub fn status(&self) -> Result<StackReport, StackError> {
        self.looking(|look| Ok(plan::status(look.trees.site(), self.series, &self.options)?))
    }

    /// What `apply` would do.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub fn check(&self) -> Result<Check, StackError> {
        self.looking(|look| look.check())
    }

    /// Whether everything needed is there and sound.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub fn verify(&self) -> Result<Verification, StackError> {
        let verify =
            |look: Look<'_, '_>| verify::verify(look.trees.site(), self.series, &self.options);
        self.looking(|look| Ok(verify(look)?))
    }

    /// What the stack changes.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub fn difference(&self) -> Result<Difference, StackError> {
        self.looking(|look| {
            let check = look.check()?;
            let mut chain = look.present()?;
            chain.extend(check.plan.steps.iter().cloned());
            let text = unified(&net_changes(&chain)?)?;
            Ok(Difference { check, text })
        })
    }

    /// Looks at the checkout as it is now.
    pub(super) fn looking<T>(
        &self,
        look: impl FnOnce(Look<'_, 'a>) -> Result<T, StackError>,
    ) -> Result<T, StackError> {
        let trees = self.checkout.trees()?;
        let files = match self.checkout.repository() {
            Some(repository) if !repository.is_bare() => Some(self.checkout.files(repository)?),
            _ => None,
        };
        let recollection = match &self.work_tree {
            Some(work_tree) => Some(Recollection::of(work_tree, files.as_ref())?),
            None => None,
        };
        let recollection = recollection.as_ref();
        look(Look {
            stack: self,
            trees: trees.recalling(recollection.map(|found| found as _)),
            files: files.as_ref(),
        })
    }
}

/// A checkout being looked at.
pub(super) struct Look<'l, 'a> {
    pub(super) stack: &'l Stack<'a>,
    pub(super) trees: Trees<'l>,
    /// The files with their line endings; `None` where nothing converts any.
    pub(super) files: Option<&'l CheckedOut<'a>>,
}

impl Look<'_, '_> {
    fn check(&self) -> Result<Check, StackError> {
        let plan = plan::apply(self.trees.site(), self.stack.series, &self.stack.options)?;
        let problems = self.problems(&plan)?;
        Ok(Check { plan, problems })
    }

    /// Why a plan may not be carried out here.
    pub(super) fn problems(&self, plan: &StackPlan) -> Result<Vec<Problem>, StackError> {
        let mut problems: Vec<Problem> =
            plan.refusal.iter().cloned().map(Problem::Refused).collect();
        let Some(work_tree) = &self.stack.work_tree else {
            problems.extend((!plan.steps.is_empty()).then_some(Problem::Bare));
            return Ok(problems);
        };
        let files = plan.report.patches.iter().flat_map(|patch| &patch.files);
        let missing = files.filter_map(|file| match &file.problem {
            Some(FileProblem::Missing(path)) => Some(path),
            _ => None,
        });
        for path in missing.collect::<BTreeSet<_>>() {
            if is_left_out(work_tree, path)? {
                problems.push(Problem::LeftOut(path.clone()));
            }
        }
        for change in net_changes(&plan.steps)? {
            if work_tree.is_own(&change.path) {
                problems.push(Problem::Own(change.path.clone()));
            }
            let staged = staged(work_tree, &change.path, change.before.as_ref())?;
            problems.extend(staged.map(Problem::Staged));
        }
        Ok(problems)
    }

    /// The patches that are in the files already, as steps that lead from the files without them to the files as they are.
    pub(super) fn present(&self) -> Result<Vec<PatchChanges>, StackError> {
        let removal = plan::revert(self.trees.site(), self.stack.series, &self.stack.options)?;
        Ok(removal
            .steps
            .into_iter()
            .rev()
            .map(PatchChanges::reversed)
            .collect())
    }

    /// Steps on what git would commit, as they are made to the files themselves.
    pub(super) fn written(&self, steps: &[PatchChanges]) -> io::Result<Vec<PatchChanges>> {
        let Some(files) = self.files else {
            return Ok(steps.to_vec());
        };
        let written = steps.iter().map(|step| {
            let changes = step.changes.iter().map(|change| files.change(change));
            Ok(PatchChanges {
                id: step.id.clone(),
                changes: changes.collect::<io::Result<_>>()?,
            })
        });
        written.collect()
    }

    /// What git would check out of the commit at a path.
    pub(super) fn committed(&self, path: &RepoPath) -> io::Result<Option<FileImage>> {
        let committed = match self.trees.site().committed {
            Some(committed) => image(committed, path)?,
            None => None,
        };
        match (committed, self.files) {
            (Some(committed), Some(files)) => files.written(path, &committed).map(Some),
            (committed, _) => Ok(committed),
        }
    }
}
