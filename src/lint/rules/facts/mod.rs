//! What several rules ask of a target.

pub(super) mod manifest;
pub(super) mod names;
pub(super) mod step;
pub(super) mod tokenizer;

use crate::lint::Context;

/// The rule that says of a checkout as a whole what it lacks for the bundle.
pub(super) const ENGINE_AS_A_WHOLE: &str = "run-engine-revision";

/// How many operations of that name the programs of all assets have; `None` for none.
pub(super) fn operations(context: &Context<'_>, is: &dyn Fn(&str) -> bool) -> Option<u64> {
    let count = context
        .assets()
        .flat_map(|part| &part.asset.statistics.operations)
        .filter(|(name, _)| is(name))
        .map(|(_, count)| *count)
        .fold(0_u64, u64::saturating_add);
    (count > 0).then_some(count)
}
