//! Takes a stack back out of its checkout.

use std::io;

use crate::checkout::tree::{Disk, image};
use crate::checkout::{FileImage, RepoPath};
use crate::patch::change::conduct::{Change, Manner};
use crate::patch::change::planned::Planned;
use crate::patch::change::problem::Problem;
use crate::patch::change::stack::{Look, Stack, StackError};
use crate::patch::change::transaction::{
    self, Receipt, Recorded, Request, TransactionError, WorkTree,
};
use crate::patch::change::undo::{Undo, UndoError, UndoReader};
use crate::patch::judge::changes::{PatchChanges, PatchId};
use crate::patch::judge::plan;

impl Stack<'_> {
    /// Takes the patches back, to the byte, as far as the receipt or the content shows that they are there.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn revert(&self, manner: &Manner) -> Result<Change, StackError> {
        self.conduct(manner, |look, receipt| {
            planned(look, receipt, manner.commit)
        })
    }
}

fn planned(look: &Look<'_, '_>, receipt: Receipt, commit: bool) -> Result<Planned, StackError> {
    let work_tree = look.stack.work_tree.as_ref().ok_or(StackError::Bare)?;
    let plan = plan::revert(look.trees.site(), look.stack.series, &look.stack.options)?;
    let mut problems = look.problems(&plan)?;
    let source = Files {
        work_tree,
        folder: Disk::new(look.stack.checkout.root()),
    };
    let written = look.written(&plan.steps)?;
    let request = match request(look, &source, written, receipt.clone()) {
        Ok(request) => request,
        Err(error) => {
            problems.push(match error {
                UndoError::Entangled(entangled) => Problem::Entangled(entangled),
                UndoError::Rewritten { patch } => Problem::Rewritten { patch },
                UndoError::Unreadable(error) => return Err(error.into()),
            });
            Undo::new(receipt, &source).finish()
        }
    };
    Ok(Planned {
        report: plan.report,
        problems,
        request,
        chain: if commit { plan.steps } else { Vec::new() },
    })
}

fn request(
    look: &Look<'_, '_>,
    source: &Files<'_>,
    written: Vec<PatchChanges>,
    receipt: Receipt,
) -> Result<Request, UndoError> {
    let stack = look.stack;
    let mut undo = Undo::new(receipt, source);
    for step in written {
        undo.step(step)?;
    }
    let chosen = |name: &str| {
        stack
            .options
            .only
            .as_deref()
            .is_none_or(|only| only == name)
    };
    let patches = stack.series.patches.iter().rev();
    for patch in patches.filter(|patch| chosen(&patch.name)) {
        for variant in &patch.variants {
            let id = PatchId::of(stack.series, patch, variant);
            undo.leftover(&id, |path| look.committed(path))?;
        }
    }
    Ok(undo.finish())
}

/// The images kept and the files as they are.
struct Files<'w> {
    work_tree: &'w WorkTree<'w>,
    folder: Disk,
}

impl UndoReader for Files<'_> {
    fn image(&self, recorded: Recorded) -> Result<FileImage, TransactionError> {
        transaction::image(self.work_tree, recorded)
    }

    fn current(&self, path: &RepoPath) -> io::Result<Option<FileImage>> {
        image(&self.folder, path)
    }
}
