//! What `apply` and `revert` have in common: lock, plan, refuse or do, look again.

use std::time::Duration;

use crate::patch::change::commits::add_commits;
use crate::patch::change::planned::Planned;
use crate::patch::change::problem::Problem;
use crate::patch::change::stack::{Look, Stack, StackError};
use crate::patch::change::transaction::{
    KeptEdit, Outcome, Receipt, Recovered, Request, TransactionError, WriteSession, receipt,
};
use crate::patch::judge::report::StackReport;

/// How a change is to be made.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Work everything out, and leave no file behind.
    pub dry_run: bool,
    /// Make one git commit per patch.
    pub commit: bool,
    /// How long to wait for another process that is changing the checkout.
    pub wait: Duration,
}

impl Default for Manner {
    fn default() -> Manner {
        const WAIT: Duration = Duration::from_secs(5);
        Manner {
            dry_run: false,
            commit: false,
            wait: WAIT,
        }
    }
}

/// What was done, or would be, or why it was not.
#[derive(Debug)]
pub struct Change {
    /// Where everything stands: afterwards, if something was done.
    pub report: StackReport,
    /// Why nothing was done.
    pub problems: Vec<Problem>,
    /// What was to be done.
    pub request: Request,
    /// What came of it; `None` where nothing was done.
    pub outcome: Option<Outcome>,
    /// What an earlier, interrupted command had left, and how that ended.
    pub recovered: Option<Recovered>,
    /// What holds edits of others, made while it ran, where it was taken back.
    pub kept: Vec<KeptEdit>,
}

impl Stack<'_> {
    /// Works a change out under the lock and makes it.
    pub(super) fn conduct(
        &self,
        manner: &Manner,
        plan: impl Fn(&Look<'_, '_>, Receipt) -> Result<Planned, StackError>,
    ) -> Result<Change, StackError> {
        let work_tree = self.work_tree.as_ref().ok_or(StackError::Bare)?;
        let plan = |receipt: Receipt| {
            self.looking(|look| {
                let mut planned = plan(&look, receipt)?;
                if manner.commit && planned.problems.is_empty() {
                    add_commits(&look, &mut planned)?;
                }
                Ok(planned)
            })
        };
        if manner.dry_run {
            let recovered = self.recover(manner.wait)?;
            return Ok(Change::planned(plan(receipt(work_tree)?)?, recovered));
        }
        let (session, recovered) = WriteSession::open(work_tree.clone(), manner.wait)?;
        let receipt = session.receipt()?;
        let mut change = Change::planned(plan(receipt.clone())?, recovered);
        let request = &change.request;
        let idle =
            request.changes.is_empty() && request.commits.is_empty() && request.receipt == receipt;
        if !change.problems.is_empty() || idle {
            return Ok(change);
        }
        match session.execute(request.clone()) {
            Ok(outcome) => {
                change.outcome = Some(outcome);
                change.report = self.status()?;
            }
            Err(error) if error.is_refusal() => change.refused(error),
            Err(error) => return Err(error.into()),
        }
        Ok(change)
    }
}

impl Change {
    fn planned(planned: Planned, recovered: Option<Recovered>) -> Change {
        Change {
            report: planned.report,
            problems: planned.problems,
            request: planned.request,
            outcome: None,
            recovered,
            kept: Vec::new(),
        }
    }

    fn refused(&mut self, error: TransactionError) {
        if let TransactionError::Undone { kept, .. } = &error {
            self.kept.clone_from(kept);
        }
        self.problems.push(Problem::Interfered(error));
    }
}
