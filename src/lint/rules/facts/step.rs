//! The language step: the function the engine runs to make logits, with the roles of its values.

use crate::engine::selection::Engine;
use crate::lint::Context;
use crate::model::{Asset, Dim, Function, Value};
use crate::profile::ShownShape;

/// The engine's positional roles hold for this function.
#[derive(Debug, Clone, Copy)]
pub(in crate::lint::rules) struct StepFunction<'a> {
    /// The function.
    pub function: &'a Function,
    /// True for the decoder of a vision-language bundle, which takes embeddings instead of ids.
    pub takes_embeddings: bool,
}

/// What an input's name says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lint::rules) enum InputRole {
    /// Token ids.
    Ids,
    /// Positions.
    Positions,
    /// Something the engine never feeds.
    Other,
    /// The name says nothing.
    Unnamed,
}

/// The role an input's name claims.
pub(in crate::lint::rules) fn role(name: &str) -> InputRole {
    let lower = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["pos"]) {
        InputRole::Positions
    } else if has(&[
        "mask", "cache", "embed", "hidden", "logit", "pixel", "image",
    ]) {
        InputRole::Other
    } else if has(&["ids", "token"]) {
        InputRole::Ids
    } else {
        InputRole::Unnamed
    }
}

/// The step that a dynamic engine runs: the pipelined one or, from embeddings, the vision-language one.
///
/// None where another engine runs the asset, or none at all: other kinds of bundle, chunked models, assets that are
/// no language model's.
pub(in crate::lint::rules) fn step<'a>(context: &Context<'a>) -> Option<StepFunction<'a>> {
    let deployment = context.deployment?;
    let takes_embeddings = match deployment.engine {
        Engine::Pipelined => false,
        Engine::VisionLanguage => true,
        Engine::StaticShape => return None,
    };
    Some(StepFunction {
        function: deployment.step,
        takes_embeddings,
    })
}

/// True if the function that a dynamic engine would load is there, whatever the names of the others.
pub(in crate::lint::rules) fn has_main_step(asset: &Asset) -> bool {
    let main = asset.function("main");
    main.is_some_and(|main| !main.states.is_empty() && !main.outputs.is_empty())
}

/// The logits of whatever function makes them.
pub(in crate::lint::rules) fn logits<'a>(context: &Context<'a>) -> Option<&'a Value> {
    let deployment = context.deployment?;
    match deployment.chunked {
        Some(_) => deployment
            .step
            .outputs
            .iter()
            .find(|output| output.name == "out_logits"),
        None => step(context)?.logits(),
    }
}

/// The step, where it takes token ids.
pub(in crate::lint::rules) fn token_step<'a>(context: &Context<'a>) -> Option<StepFunction<'a>> {
    step(context).filter(|step| !step.takes_embeddings)
}

impl<'a> StepFunction<'a> {
    /// The subject of an input.
    pub(in crate::lint::rules) fn input(&self, value: &Value) -> String {
        self.subject("inputs", &value.name)
    }

    /// The subject of an output.
    pub(in crate::lint::rules) fn output(&self, value: &Value) -> String {
        self.subject("outputs", &value.name)
    }

    /// The subject of a state.
    pub(in crate::lint::rules) fn state(&self, value: &Value) -> String {
        self.subject("states", &value.name)
    }

    /// `functions.NAME.part`, with the value's name where it has one.
    pub(in crate::lint::rules) fn subject(&self, part: &str, name: &str) -> String {
        let function = &self.function.name;
        if name.is_empty() {
            format!("functions.{function}.{part}")
        } else {
            format!("functions.{function}.{part}.{name}")
        }
    }

    /// Token ids and positions, where there are exactly two inputs: by name if both names are clear,
    /// so that swapped inputs are one finding and not five; else by position.
    pub(in crate::lint::rules) fn ids_and_positions(&self) -> Option<(&'a Value, &'a Value)> {
        let [first, second] = self.function.inputs.as_slice() else {
            return None;
        };
        let swapped =
            role(&first.name) == InputRole::Positions && role(&second.name) == InputRole::Ids;
        Some(if swapped {
            (second, first)
        } else {
            (first, second)
        })
    }

    /// The logits: the first output, unless only another one is named so.
    pub(in crate::lint::rules) fn logits(&self) -> Option<&'a Value> {
        let named = |value: &&Value| value.name.to_ascii_lowercase().contains("logits");
        let outputs = &self.function.outputs;
        outputs.iter().find(named).or_else(|| outputs.first())
    }

    /// The query length, if the graph fixes it: dimension 1 of the ids.
    pub(in crate::lint::rules) fn static_query(&self) -> Option<u64> {
        let (ids, _) = self.ids_and_positions()?;
        dim(ids, 1)
    }

    /// True for a graph that takes one token at a time.
    pub(in crate::lint::rules) fn is_single_token(&self) -> bool {
        !self.takes_embeddings && self.static_query() == Some(1)
    }

    /// The query length the logits are fixed to: dimension 1 of three.
    pub(in crate::lint::rules) fn static_logits(&self) -> Option<u64> {
        let logits = self.logits()?;
        (shape(logits).len() == 3).then(|| dim(logits, 1))?
    }

    /// States with a dynamic dimension, in order.
    pub(in crate::lint::rules) fn growing(&self) -> Vec<&'a Value> {
        self.function
            .states
            .iter()
            .filter(|state| state.is_dynamic())
            .collect()
    }

    /// The states the engine takes for keys and values: both of two, else the first two that grow.
    pub(in crate::lint::rules) fn pair(&self) -> Option<(&'a Value, &'a Value)> {
        if let [key, value] = self.function.states.as_slice() {
            return Some((key, value));
        }
        let growing = self.growing();
        Some((growing.first()?, growing.get(1)?))
    }

    /// Static states beside a key-value pair; with exactly two states both are the pair.
    pub(in crate::lint::rules) fn beside_the_pair(&self) -> Vec<&'a Value> {
        let states = &self.function.states;
        if states.len() <= 2 {
            return Vec::new();
        }
        states.iter().filter(|state| !state.is_dynamic()).collect()
    }
}

/// The shape of a value; empty if it is not a tensor.
pub(in crate::lint::rules) fn shape(value: &Value) -> &[Dim] {
    value.tensor().map_or(&[], |(_, shape)| shape)
}

/// A dimension of a value, if it has it and it is static.
pub(in crate::lint::rules) fn dim(value: &Value, axis: usize) -> Dim {
    shape(value).get(axis).copied().flatten()
}

/// The dtype and shape of a value, as messages and findings show them.
pub(in crate::lint::rules) fn typed(value: &Value) -> String {
    match value.tensor() {
        Some((dtype, shape)) => format!("{dtype} {}", ShownShape(shape)),
        None => "not a tensor".to_owned(),
    }
}
