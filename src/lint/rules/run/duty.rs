//! What a rule says of a duty: the words are the run contract's, the level is the rule's.

use crate::engine::run_contract::Duty;
use crate::finding::{Finding, Level};
use crate::lint::{Context, Findings};

/// The duty that goes by a rule's id, if the bundle puts it on its host.
pub(super) fn of<'a>(context: &Context<'a>, id: &str) -> Option<&'a Duty> {
    context.deployment?.duty(id)
}

/// Reports a duty.
pub(super) fn report<'f>(
    duty: &Duty,
    level: Level,
    findings: &'f mut Findings<'_>,
) -> &'f mut Finding {
    findings
        .report(duty.subject.as_str(), duty.why.as_str())
        .level(level)
        .expected(duty.needed.as_str())
        .help(duty.hint())
}
