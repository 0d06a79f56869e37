//! What the engine makes of an asset's functions: structure, variant, and the kind of each state.

use crate::model::{Function, Value, Visibility};

/// The name of the mask that the newest sequential engine looks for.
pub const ATTENTION_MASK: &str = "attn_mask";

/// How the engine classes an asset by its function names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "camelCase")]
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
}

/// How the engine treats a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "snake_case")]
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
    /// A dynamic dimension makes a growing cache; a static state with `cache` or `kv` in its name is a sliding cache;
    /// the rest is fixed. Two states of which each is one or the other cache are a key and value pair, also where
    /// their length is static. Source: the engine's state classification. From commit `6329412` until static query
    /// lengths were read from the graph, it took any two states for a pair; earlier engines admit two states only.
    pub fn of(states: &[Value]) -> Vec<StateKind> {
        let kinds: Vec<StateKind> = states.iter().map(StateKind::of_one).collect();
        if kinds.len() == 2 && !kinds.contains(&StateKind::Fixed) {
            return vec![StateKind::KvCache; 2];
        }
        kinds
    }

    /// Classes one state by its shape and name.
    pub(super) fn of_one(state: &Value) -> StateKind {
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

/// Names by which later texts of the engine find the token ids; earlier ones take the first input.
const TOKEN_IDS: [&str; 2] = ["input_ids", "in_new_token_ids"];

/// The static query length, tokens per step: the second dimension of the token ids, `[batch, query]`, if it is not
/// dynamic.
pub fn static_query(function: &Function) -> Option<u64> {
    let inputs = &function.inputs;
    let named = inputs
        .iter()
        .find(|input| TOKEN_IDS.contains(&input.name.as_str()));
    second_of(named.or(inputs.first())?, 2)
}

/// The static length of the logits, tokens per step: the second dimension of the first output, `[batch, query,
/// vocabulary]`.
pub fn static_logits(function: &Function) -> Option<u64> {
    second_of(function.outputs.first()?, 3)
}

/// The second dimension of a tensor of that rank, if it is not dynamic.
fn second_of(value: &Value, rank: usize) -> Option<u64> {
    let (_, shape) = value.tensor()?;
    shape
        .get(1)
        .copied()
        .flatten()
        .filter(|_| shape.len() == rank)
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
    fn two_caches_are_a_pair_and_two_recurrent_states_are_none() {
        use StateKind::{Fixed, KvCache};
        let cases = [
            (("k", None), ("v", None), [KvCache, KvCache]),
            (
                ("k_cache", Some(512)),
                ("v_cache", Some(512)),
                [KvCache, KvCache],
            ),
            (
                ("keyCache", None),
                ("kvWindow", Some(64)),
                [KvCache, KvCache],
            ),
            (
                ("recState", Some(4)),
                ("shiftState", Some(2)),
                [Fixed, Fixed],
            ),
            (("kv", None), ("recState", Some(2)), [KvCache, Fixed]),
        ];
        for ((one, first), (other, second), kinds) in cases {
            let states = [tensor(one, &[first]), tensor(other, &[second])];
            assert_eq!(StateKind::of(&states), kinds, "{one}, {other}");
        }
    }

    #[test]
    fn a_static_state_named_like_a_cache_slides() {
        let named = |name| tensor(name, &[Some(1)]);
        let states = [named("ConvCACHE"), named("kvThing"), named("recState")];
        use StateKind::{Fixed, SlidingCache};
        assert_eq!(StateKind::of(&states), [SlidingCache, SlidingCache, Fixed]);
    }
}
