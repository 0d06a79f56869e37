//! What several rules ask of a target.

pub(super) mod manifest;
pub(super) mod names;
pub(super) mod step;
pub(super) mod tokenizer;

use crate::model::Statistics;

/// How many operations of that name the program has; `None` for none.
pub(super) fn operations(statistics: &Statistics, is: &dyn Fn(&str) -> bool) -> Option<u64> {
    let count = statistics
        .operations
        .iter()
        .filter(|(name, _)| is(name))
        .map(|(_, count)| count)
        .sum();
    (count > 0).then_some(count)
}
