//! The language step: the function the engine runs to make logits, with the roles of its values.

use crate::engine::signature::{StateKind, Structure};
use crate::lint::Context;
use crate::model::{Dim, Function, Value};
use crate::profile::Shape;

/// The engine's positional roles hold for this function.
#[derive(Debug, Clone, Copy)]
pub(in crate::lint::rules) struct Step<'a> {
    /// The function.
    pub function: &'a Function,
    /// True for the decoder of a vision-language bundle, which takes embeddings instead of ids.
    pub takes_embeddings: bool,
}

/// What an input's name says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lint::rules) enum Role {
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
pub(in crate::lint::rules) fn role(name: &str) -> Role {
    let lower = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["pos"]) {
        Role::Positions
    } else if has(&[
        "mask", "cache", "embed", "hidden", "logit", "pixel", "image",
    ]) {
        Role::Other
    } else if has(&["ids", "token"]) {
        Role::Ids
    } else {
        Role::Unnamed
    }
}

/// The step of a bundle for the language engines, or of a bare asset that looks like one.
///
/// None where another engine runs the asset: other kinds of bundle, and assets whose function names
/// make the engine route them elsewhere.
pub(in crate::lint::rules) fn step<'a>(context: &Context<'a>) -> Option<Step<'a>> {
    let function = context.function()?;
    if Structure::of(&context.asset()?.functions) != Structure::Dynamic {
        return None;
    }
    let kind = context.manifest().and_then(|manifest| manifest.kind());
    let language = if context.is_bundle() {
        matches!(kind, None | Some("llm" | "vlm"))
    } else {
        looks_like_a_step(function)
    };
    language.then_some(Step {
        function,
        takes_embeddings: kind == Some("vlm"),
    })
}

/// The step, where it takes token ids.
pub(in crate::lint::rules) fn token_step<'a>(context: &Context<'a>) -> Option<Step<'a>> {
    step(context).filter(|step| !step.takes_embeddings)
}

/// A bare asset says nothing of its kind, so that its names and states have to: a classifier also has
/// logits, but no states.
fn looks_like_a_step(function: &Function) -> bool {
    let named = |value: &Value| value.name.to_ascii_lowercase().contains("logits");
    !function.states.is_empty() && function.outputs.iter().any(named)
}

impl<'a> Step<'a> {
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
        let swapped = role(&first.name) == Role::Positions && role(&second.name) == Role::Ids;
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

    /// True if the engine holds some state for recurrent.
    pub(in crate::lint::rules) fn is_hybrid(&self) -> bool {
        StateKind::of(&self.function.states).contains(&StateKind::Fixed)
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
        Some((dtype, shape)) => format!("{dtype} {}", Shape(shape)),
        None => "not a tensor".to_owned(),
    }
}
