//! What a bundle needs of the engine it runs on.

use crate::checkout::capability::Capability;
use crate::engine::selection::Engine;
use crate::engine::signature::static_logits;
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

/// Those of them that the checkout lacks; all of them without one.
pub(super) fn lacking(context: &Context<'_>) -> Vec<Capability> {
    let mut needs = needed(context);
    needs.retain(|need| !context.engine.is_some_and(|engine| engine.has(*need)));
    needs
}

/// Their ids, for a message.
pub(super) fn list(needs: &[Capability]) -> String {
    let ids: Vec<&str> = needs.iter().map(|need| need.id()).collect();
    ids.join(" and ")
}
