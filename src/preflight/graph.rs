//! What the graph asks of the engine.

use super::{BY_BUNDLE, EngineFacts, Need, Outcome, own};
use crate::bundle::{Manifest, Target};
use crate::checkout::capability::{Capability, Era};
use crate::engine::outlook::Outlook;
use crate::engine::signature::{StateKind, Structure, static_logits, static_query};
use crate::model::{DType, Dim, Function, Value};

/// Inputs of the language engines: token ids and positions.
const INPUTS: usize = 2;

/// States that some era carries; the first two or the growing ones are the key and value caches.
const STATES: std::ops::RangeInclusive<usize> = 2..=4;

/// Everything the function the engine loads asks for.
pub(super) fn needs(
    target: &Target,
    outlook: Option<&Outlook<'_>>,
    engine: &EngineFacts,
) -> Vec<Need> {
    let Some(outlook) = outlook else {
        return missing_function(target).into_iter().collect();
    };
    let function = outlook.function;
    let mut needs = vec![shape_of_calls(outlook)];
    needs.extend(vocabulary(target, function));
    needs.extend(extra_states(outlook, engine));
    needs.extend(static_step(function, engine));
    if static_query(function) == Some(1) {
        let why = "asked only of callers that warm up at another length than 1, as llm-runner does by default";
        needs.push(engine.need(Capability::StaticWarmUp, false, why));
    }
    let why = "asked only of apps that import CoreAIShared themselves";
    needs.push(engine.need(Capability::SharedProduct, false, why));
    needs
}

/// Whether the graph takes one token per step and no other number.
pub(super) fn steps_singly(function: &Function) -> bool {
    static_query(function) == Some(1) || static_logits(function) == Some(1)
}

fn missing_function(target: &Target) -> Option<Need> {
    let asset = target.asset.present()?;
    let language = target.manifest.present().and_then(Manifest::language);
    let wanted = language.map_or("main", |language| language.main_function());
    let names = asset.functions.iter().map(|f| format!("`{}`", f.name));
    let names = names.collect::<Vec<_>>().join(", ");
    let detail = format!("the engine loads the function `{wanted}`, and the asset has {names}");
    Some(own("function", Outcome::Unmet, detail))
}

/// Structure, number of inputs and outputs, logits type: the same in every era.
fn shape_of_calls(outlook: &Outlook<'_>) -> Need {
    let function = outlook.function;
    let (outcome, detail) = match outlook.structure {
        Structure::ChunkedStatic => (
            Outcome::Unknown,
            "the asset is for the neural engine variant, which this stack does not look at"
                .to_owned(),
        ),
        Structure::MultiFunctionSegmenter => (
            Outcome::Unmet,
            "the asset's functions are a segmenter's, which the language engine refuses".to_owned(),
        ),
        Structure::Dynamic => match objection(function) {
            Some(objection) => (Outcome::Unmet, objection),
            None => (
                BY_BUNDLE,
                format!(
                    "`{}` takes ids and positions and gives float16 logits, on the pipelined engine",
                    function.name
                ),
            ),
        },
    };
    own("function", outcome, detail)
}

fn objection(function: &Function) -> Option<String> {
    if function.inputs.len() != INPUTS {
        return Some(format!(
            "the engine gives a function token ids and positions, and `{}` takes {} inputs",
            function.name,
            function.inputs.len()
        ));
    }
    let Some(logits) = function.outputs.first() else {
        return Some(format!(
            "the engine samples from output 0, and `{}` has none",
            function.name
        ));
    };
    let half = matches!(logits.tensor(), Some((DType::Float16, _)));
    (!half).then(|| {
        format!(
            "the pipelined engine samples float16 logits, and output 0, `{}`, is of another type",
            logits.name
        )
    })
}

/// The logits buffer is sized by the manifest; a static width that differs ends the process.
fn vocabulary(target: &Target, function: &Function) -> Option<Need> {
    let language = target.manifest.present().and_then(Manifest::language)?;
    let claimed = language.vocab_size()?;
    let (_, shape) = function.outputs.first()?.tensor()?;
    let width = (*shape.last()?)?;
    let equal = u64::try_from(claimed) == Ok(width);
    let detail = if equal {
        format!("language.vocab_size is the width of the logits, {width}")
    } else {
        format!(
            "language.vocab_size is {claimed} and the logits are {width} wide: the engine would abort"
        )
    };
    let outcome = if equal { BY_BUNDLE } else { Outcome::Unmet };
    Some(own("vocabulary", outcome, detail))
}

fn extra_states(outlook: &Outlook<'_>, engine: &EngineFacts) -> Option<Need> {
    let states = &outlook.function.states;
    let refused = |detail| Some(own("states", Outcome::Unmet, detail));
    if !STATES.contains(&states.len()) {
        return refused(format!(
            "the graph has {} states, and no engine carries other than {} to {}",
            states.len(),
            STATES.start(),
            STATES.end()
        ));
    }
    if states.len() == *STATES.start() {
        return None;
    }
    if let Some(objection) = order(&outlook.kinds, engine) {
        return refused(format!("{}, and {objection}", carried(states)));
    }
    Some(engine.need(Capability::ExtraStates, true, &carried(states)))
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
fn order(kinds: &[StateKind], engine: &EngineFacts) -> Option<&'static str> {
    let grows = |kind: &StateKind| *kind == StateKind::KvCache;
    if engine.era.is_some_and(|era| era <= Era::E1) {
        let (pair, extra) = kinds.split_at(*STATES.start());
        let fits = pair.iter().all(grows) && !extra.iter().any(grows);
        (!fits)
            .then_some("the 0.2.0 line takes the first two for its caches and the rest as static")
    } else {
        let growing = kinds.iter().filter(|kind| grows(kind)).count();
        (growing < *STATES.start()).then_some("the engine needs two that grow with the context")
    }
}

fn static_step(function: &Function, engine: &EngineFacts) -> Option<Need> {
    let lengths = [static_query(function), static_logits(function)];
    let length = lengths.into_iter().flatten().max()?;
    let shapes = format!(
        "ids are {} and logits {}",
        shape(function.inputs.first()),
        shape(function.outputs.first())
    );
    if length != 1 {
        let detail =
            format!("{shapes}: decode feeds one token at a time, and the graph takes no one");
        return Some(own("query", Outcome::Unmet, detail));
    }
    let why = format!("{shapes}: the graph takes one token per step and no other number");
    Some(engine.need(Capability::StaticStep, true, &why))
}

fn shape(value: Option<&Value>) -> String {
    let dim = |dim: &Dim| dim.map_or_else(|| "?".to_owned(), |size| size.to_string());
    match value.and_then(Value::tensor) {
        Some((_, dims)) => format!("[{}]", dims.iter().map(dim).collect::<Vec<_>>().join(", ")),
        None => "not a tensor".to_owned(),
    }
}
