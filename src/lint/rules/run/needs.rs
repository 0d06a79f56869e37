//! What a bundle needs of the engine it runs on.

use crate::checkout::capability::Capability;
use crate::lint::Context;
use crate::lint::rules::facts::step::{self, Step};

/// The capabilities without which a step does not even generate plain text.
pub(super) fn needed(step: &Step<'_>) -> Vec<Capability> {
    let states = step.function.states.len();
    let extra = (3..=4).contains(&states).then_some(Capability::ExtraStates);
    let fixed_step = step.static_logits().map(|_| Capability::StaticStep);
    extra.into_iter().chain(fixed_step).collect()
}

/// Those of them that the checkout lacks; all of them without one.
pub(super) fn lacking(context: &Context<'_>, step: &Step<'_>) -> Vec<Capability> {
    let mut needs = needed(step);
    needs.retain(|need| !context.engine.is_some_and(|engine| engine.has(*need)));
    needs
}

/// The step, if it takes one token at a time and no checkout is known to have what spares its host a duty.
pub(super) fn single_token_without<'a>(
    context: &Context<'a>,
    capability: Capability,
) -> Option<Step<'a>> {
    let spared = context.engine.is_some_and(|engine| engine.has(capability));
    step::token_step(context).filter(|step| step.is_single_token() && !spared)
}

/// Their ids, for a message.
pub(super) fn list(needs: &[Capability]) -> String {
    let ids: Vec<&str> = needs.iter().map(|need| need.id()).collect();
    ids.join(" and ")
}
