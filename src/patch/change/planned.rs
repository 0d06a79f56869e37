//! A change worked out and not made yet.

use crate::patch::change::problem::Problem;
use crate::patch::change::transaction::Request;
use crate::patch::judge::changes::PatchChanges;
use crate::patch::judge::report::StackReport;

/// A change worked out.
pub(super) struct Planned {
    pub(super) report: StackReport,
    pub(super) problems: Vec<Problem>,
    pub(super) request: Request,
    /// For commits: every patch that belongs into one, in order, as git would commit it.
    pub(super) chain: Vec<PatchChanges>,
}
