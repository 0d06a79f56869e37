//! What the engine makes of an asset's functions: structure, variant, and the kind of each state.

use std::fmt;

use crate::model::{Function, Value, Visibility};

/// How the engine classes an asset by its function names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Structure {
    /// One function that takes any length (or a static step); runs on the GPU.
    Dynamic,
    /// `extend…` functions and `load_embeddings`; runs on the neural engine.
    ChunkedStatic,
    /// The image, text and detection trio.
    MultiFunctionSegmenter,
}

impl Structure {
    /// Classes an asset by its public functions' names, in the engine's order of questions.
    ///
    /// Source: the engine's structure detection; the trio is known since commit `d967fa3`.
    pub fn of(functions: &[Function]) -> Structure {
        let public = || {
            functions
                .iter()
                .filter(|f| f.visibility == Visibility::Public)
        };
        let has = |name: &str| public().any(|function| function.name == name);
        let extends = public().any(|function| function.name.starts_with("extend"));
        if extends && has("load_embeddings") {
            Structure::ChunkedStatic
        } else if has("image_encode") && has("text_encode") && has("detect") {
            Structure::MultiFunctionSegmenter
        } else {
            Structure::Dynamic
        }
    }

    /// The engine variant chosen without an override; `None` where the engine traps instead.
    pub const fn variant(self) -> Option<&'static str> {
        match self {
            Structure::Dynamic => Some("coreai-pipelined"),
            Structure::ChunkedStatic => Some("static-shape"),
            Structure::MultiFunctionSegmenter => None,
        }
    }
}

impl fmt::Display for Structure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Structure::Dynamic => "dynamic",
            Structure::ChunkedStatic => "chunkedStatic",
            Structure::MultiFunctionSegmenter => "multiFunctionSegmenter",
        })
    }
}

/// How the engine treats a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateKind {
    /// Grows with the context.
    KvCache,
    /// Of fixed size, named like a cache; taken for rewindable.
    SlidingCache,
    /// Of fixed size and recurrent; cannot be rewound.
    Fixed,
}

impl StateKind {
    /// Classes each state of a function.
    ///
    /// Exactly two states are a key and value pair whatever their shape. Otherwise a dynamic dimension makes a
    /// growing cache; a static state with `cache` or `kv` in its name is a sliding cache; the rest is fixed.
    /// Source: the engine's state classification since commit `6329412`; earlier engines admit two states only.
    pub fn of(states: &[Value]) -> Vec<StateKind> {
        if states.len() == 2 {
            return vec![StateKind::KvCache; 2];
        }
        states.iter().map(StateKind::of_one).collect()
    }

    fn of_one(state: &Value) -> StateKind {
        let name = state.name.to_lowercase();
        if state.is_dynamic() {
            StateKind::KvCache
        } else if name.contains("cache") || name.contains("kv") {
            StateKind::SlidingCache
        } else {
            StateKind::Fixed
        }
    }
}

impl fmt::Display for StateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            StateKind::KvCache => "kv_cache",
            StateKind::SlidingCache => "sliding_cache",
            StateKind::Fixed => "fixed",
        })
    }
}

/// The static query length, tokens per step: the second dimension of the first input, if it is not dynamic.
///
/// Source: roles are positional in the engine; input 0 holds the token ids, `[batch, query]`.
pub fn static_query(function: &Function) -> Option<u64> {
    let (_, shape) = function.inputs.first()?.tensor()?;
    *shape.get(1)?
}

/// The static length of the logits, tokens per step: the second dimension of the first output.
pub fn static_logits(function: &Function) -> Option<u64> {
    let (_, shape) = function.outputs.first()?.tensor()?;
    *shape.get(1)?
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::{DType, Dim, ValueType};

    pub(crate) fn tensor(name: &str, shape: &[Dim]) -> Value {
        Value {
            name: name.to_owned(),
            ty: ValueType::Tensor {
                dtype: DType::Float16,
                shape: shape.to_vec(),
            },
        }
    }

    pub(crate) fn function(name: &str) -> Function {
        Function {
            name: name.to_owned(),
            visibility: Visibility::Public,
            inputs: Vec::new(),
            outputs: Vec::new(),
            states: Vec::new(),
        }
    }

    /// The signature of Granite 4.0-H 1b's decode step, states and shapes.
    pub(crate) fn granite() -> Function {
        let kv = [Some(4), Some(1), Some(4), None, Some(128)];
        Function {
            inputs: vec![
                tensor("input_ids", &[Some(1), Some(1)]),
                tensor("position_ids", &[Some(1), None]),
            ],
            outputs: vec![tensor("logits", &[Some(1), Some(1), Some(100_352)])],
            states: vec![
                tensor("keyCache", &kv),
                tensor("valueCache", &kv),
                tensor("convState", &[Some(36), Some(1), Some(3328), Some(3)]),
                tensor(
                    "recState",
                    &[Some(36), Some(1), Some(48), Some(64), Some(128)],
                ),
            ],
            ..function("main")
        }
    }

    fn structure(names: &[&str]) -> Structure {
        let functions: Vec<Function> = names.iter().map(|name| function(name)).collect();
        Structure::of(&functions)
    }

    #[test]
    fn names_decide_the_structure() {
        assert_eq!(structure(&["main"]), Structure::Dynamic);
        assert_eq!(structure(&["other"]), Structure::Dynamic);
        assert_eq!(structure(&["main", "extend_1_64"]), Structure::Dynamic);
        assert_eq!(
            structure(&["extend_1_64", "load_embeddings", "main"]),
            Structure::ChunkedStatic
        );
        let trio = ["detect", "image_encode", "text_encode"];
        assert_eq!(structure(&trio), Structure::MultiFunctionSegmenter);
        assert_eq!(structure(&trio).variant(), None);
    }

    #[test]
    fn granite_has_a_pair_and_two_fixed_states() {
        use StateKind::{Fixed, KvCache};
        let granite = granite();
        assert_eq!(
            StateKind::of(&granite.states),
            [KvCache, KvCache, Fixed, Fixed]
        );
        assert_eq!(
            (static_query(&granite), static_logits(&granite)),
            (Some(1), Some(1))
        );
    }

    #[test]
    fn two_states_are_a_pair_whatever_their_shape() {
        let states = [tensor("a", &[None]), tensor("b", &[Some(1)])];
        assert_eq!(StateKind::of(&states), [StateKind::KvCache; 2]);
    }

    #[test]
    fn a_static_state_named_like_a_cache_slides() {
        let named = |name| tensor(name, &[Some(1)]);
        let states = [named("ConvCACHE"), named("kvThing"), named("recState")];
        use StateKind::{Fixed, SlidingCache};
        assert_eq!(StateKind::of(&states), [SlidingCache, SlidingCache, Fixed]);
    }
}
