//! Puts a stack into its checkout.

use crate::patch::change::conduct::{Change, Manner};
use crate::patch::change::planned::Planned;
use crate::patch::change::stack::{Look, Stack, StackError};
use crate::patch::change::transaction::{Receipt, Request};
use crate::patch::judge::plan;

impl Stack<'_> {
    /// Puts the patches into the files, all or none.
    ///
    /// # Errors
    /// When the checkout cannot be read or written, or has no files. A refusal because of its content is no error but
    /// among the [`problems`](Change::problems).
    pub fn apply(&self, manner: &Manner) -> Result<Change, StackError> {
        self.conduct(manner, |look, receipt| {
            planned(look, receipt, manner.commit)
        })
    }
}

fn planned(look: &Look<'_, '_>, receipt: Receipt, commit: bool) -> Result<Planned, StackError> {
    let plan = plan::apply(look.trees.site(), look.stack.series, &look.stack.options)?;
    let problems = look.problems(&plan)?;
    let request = Request::apply(&look.written(&plan.steps)?, &receipt)?;
    let mut chain = Vec::new();
    if commit {
        chain = look.present()?;
        chain.extend(plan.steps);
    }
    Ok(Planned {
        report: plan.report,
        problems,
        request,
        chain,
    })
}
