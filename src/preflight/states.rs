//! Whether the engine carries the states, and which it takes for keys and values.

use super::engine::need;
use super::{BY_BUNDLE, Condition, ConditionState, Provider, own};
use crate::checkout::capability::{Capability, Feature, Survey};
use crate::engine::deployment::Deployment;
use crate::engine::signature::StateKind;
use crate::model::Value;

/// A key and a value cache.
pub(super) const PAIR: usize = 2;

/// States that some era carries; the first two or the growing ones are the key and value caches.
const STATES: std::ops::RangeInclusive<usize> = PAIR..=4;

/// What the pipelined engine needs of the states; nothing for a key and value pair.
pub(super) fn pipelined(deployment: &Deployment<'_>, engine: &Survey) -> Option<Condition> {
    let states = &deployment.step.states;
    let refused = |detail| Some(own("states", ConditionState::Unmet, detail));
    if !STATES.contains(&states.len()) {
        return refused(format!(
            "the graph has {} states, and no engine carries other than {} to {}",
            states.len(),
            STATES.start(),
            STATES.end()
        ));
    }
    if states.len() == PAIR {
        return (!deployment.has_kv_pair()).then(|| without_pair(states, engine));
    }
    if let Some(objection) = order(&deployment.kinds, engine) {
        return refused(format!("{}, and {objection}", carried(states)));
    }
    Some(need(
        engine,
        Capability::ExtraStates,
        true,
        &carried(states),
    ))
}

/// The vision-language engine carries exactly two states in every era.
pub(super) fn vision(deployment: &Deployment<'_>) -> Condition {
    let states = &deployment.step.states;
    if states.len() == 2 {
        let detail = format!(
            "{}, the two the vision-language engine carries",
            carried(states)
        );
        return own("states", BY_BUNDLE, detail);
    }
    let detail = format!(
        "{}, and the vision-language engine carries exactly two",
        carried(states)
    );
    own("states", ConditionState::Unmet, detail)
}

/// Two states that are no key and value pair: taken for one as long as the engine did not look at shapes.
fn without_pair(states: &[Value], engine: &Survey) -> Condition {
    let seen = format!("{}, which are no key and value pair", carried(states));
    let (outcome, how) = match engine.era {
        None => (
            ConditionState::Unknown,
            "whether this engine takes them for one is not known".to_owned(),
        ),
        // The text that looks at inputs by name looks at the shapes of two states as well.
        Some(_) if !engine.is(Feature::InputsByName) => (
            ConditionState::Met(Provider::Native),
            "this engine takes any two states for one, so that it runs but must only be reset to 0".to_owned(),
        ),
        Some(_) => (
            ConditionState::Unmet,
            "the pipelined engine refuses it since 4 September 2026, E4b (`Expected at least 2 growing KV cache states`), while the \
             variant coreai-sequential admits it"
                .to_owned(),
        ),
    };
    own("states", outcome, format!("{seen}; {how}"))
}

fn carried(states: &[Value]) -> String {
    let names = states.iter().map(|state| state.name.as_str());
    format!(
        "the graph carries {} states ({})",
        states.len(),
        names.collect::<Vec<_>>().join(", ")
    )
}

/// How the engine finds the key and value caches among more than two states, and what keeps it from it.
fn order(kinds: &[StateKind], engine: &Survey) -> Option<&'static str> {
    let grows = |kind: &StateKind| *kind == StateKind::KvCache;
    if engine.is(Feature::CachesByPosition) {
        let (pair, extra) = kinds.split_at(PAIR);
        let fits = pair.iter().all(grows) && !extra.iter().any(grows);
        (!fits)
            .then_some("the 0.2.0 line takes the first two for its caches and the rest as static")
    } else {
        let growing = kinds.iter().filter(|kind| grows(kind)).count();
        (growing < PAIR).then_some("the engine needs two that grow with the context")
    }
}
