//! What a bundle needs of the engine it runs on.

use crate::checkout::capability::{Capability, Feature, Presence, Survey};
use crate::engine::selection::Engine;
use crate::engine::signature::static_logits;
use crate::finding::Level;
use crate::lint::Context;

/// The capabilities without which the pipelined engine does not even generate plain text.
fn needed(context: &Context<'_>) -> Vec<Capability> {
    let pipelined = context
        .deployment
        .filter(|deployment| deployment.engine == Engine::Pipelined);
    let Some(step) = pipelined.map(|deployment| deployment.step) else {
        return Vec::new();
    };
    let states = step.states.len();
    let extra = (3..=4).contains(&states).then_some(Capability::ExtraStates);
    let fixed_step = static_logits(step).map(|_| Capability::StaticStep);
    extra.into_iter().chain(fixed_step).collect()
}

/// Those of them that the checkout does not have as it is; all of them without one.
pub(super) fn lacking(context: &Context<'_>) -> Vec<Capability> {
    let mut needs = needed(context);
    needs.retain(|need| !context.engine.is_some_and(|engine| engine.has(*need)));
    needs
}

/// The level of a need that only some callers have; `None` where nobody has it on this checkout.
///
/// A warning on a checkout known to lack it, with a patch or without: it never keeps a bundle from running.
pub(super) fn level_for_some_callers(
    context: &Context<'_>,
    capability: Capability,
) -> Option<Level> {
    let Some(engine) = context.engine else {
        return Some(Level::Note);
    };
    match engine.presence(capability) {
        Some(Presence::Native | Presence::Patched | Presence::Provided | Presence::NoPath) => None,
        Some(Presence::Unknown) => Some(Level::Note),
        Some(Presence::Patchable) | None => Some(Level::Warning),
    }
}

/// Whether a recurrent state is replayed where its tokens are taken back, and a partial reset refused.
pub(super) fn guards_recurrent_states(engine: &Survey) -> bool {
    engine.has(Capability::MultiTurn) || engine.is(Feature::RecurrentGuard)
}

/// Whether the checkout carries recurrent states and rewinds its counters past them without a word.
pub(super) fn rewinds_in_silence(engine: &Survey) -> bool {
    engine.has(Capability::ExtraStates)
        && engine.is(Feature::PrefixCache)
        && !guards_recurrent_states(engine)
}

/// Their ids, for a message.
pub(super) fn list(needs: &[Capability]) -> String {
    let ids: Vec<&str> = needs.iter().map(|need| need.id()).collect();
    ids.join(" and ")
}
