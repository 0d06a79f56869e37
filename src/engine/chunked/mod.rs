//! The functions of a chunked static model, and what the static-shape engine needs of them.
//!
//! Source: `StaticShapeEngine` in every text from tag 0.1.0 to commit `86b363d`; where later texts ask for less, an
//! [`Obstacle`] says so.

mod check;

pub use check::Obstacle;

use super::signature::Structure;
use crate::model::{Dim, Function, Value};

/// The function that gives the embedding table.
pub const LOAD_EMBEDDINGS: &str = "load_embeddings";

const TABLE: &str = "embedding_table";
const CACHES: [&str; 2] = ["key_cache", "value_cache"];

/// The public functions by what the engine does with them, each family in file order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkedFunctions<'a> {
    /// `load_embeddings`, run once.
    pub load: &'a Function,
    /// `gather_embeddings_<query>`: token ids to embeddings.
    pub gather: Vec<Bucket<'a>>,
    /// `extend_<context>_<query>`: embeddings to logits.
    pub extend: Vec<Bucket<'a>>,
    /// `prompt_opt_<context>_<query>`: embeddings into the caches, without logits.
    pub prompt: Vec<Bucket<'a>>,
    /// Everything else; the engine never calls it.
    pub others: Vec<&'a Function>,
}

/// A function with the lengths its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket<'a> {
    /// The function.
    pub function: &'a Function,
    /// Tokens of context, the last but one part of the name.
    pub context: Option<u64>,
    /// Tokens per call, the last part of the name.
    pub query: Option<u64>,
}

impl<'a> ChunkedFunctions<'a> {
    /// Sorts a chunked static model's public functions; `None` for a model of another structure.
    pub fn of(functions: &'a [Function]) -> Option<ChunkedFunctions<'a>> {
        if Structure::of(functions) != Structure::ChunkedStatic {
            return None;
        }
        let public = || functions.iter().filter(|function| function.is_public());
        let family = |prefix: &str| {
            let named = public().filter(|function| function.name.starts_with(prefix));
            named.map(Bucket::new).collect::<Vec<_>>()
        };
        let families = ["gather_embeddings", "extend", "prompt"];
        let is_other = |function: &&Function| {
            let named = |prefix: &&str| function.name.starts_with(prefix);
            function.name != LOAD_EMBEDDINGS && !families.iter().any(named)
        };
        Some(ChunkedFunctions {
            load: public().find(|function| function.name == LOAD_EMBEDDINGS)?,
            gather: family(families[0]),
            extend: family(families[1]),
            prompt: family(families[2]),
            others: public().filter(is_other).collect(),
        })
    }

    /// The functions that run layers: `extend…`, then `prompt…`.
    pub fn decoders(&self) -> impl Iterator<Item = Bucket<'a>> {
        self.extend.iter().chain(&self.prompt).copied()
    }

    /// The `extend…` function of the longest context, the first in order of names where several are.
    pub fn widest(&self) -> Option<Bucket<'a>> {
        let mut sorted = self.extend.clone();
        sorted.sort_by_key(|bucket| &bucket.function.name);
        let longest = sorted.iter().filter_map(Bucket::cached).max();
        let mut widest = sorted.iter().copied();
        widest.find(|bucket| bucket.cached() == longest)
    }

    /// Tokens of the longest call.
    pub fn longest_query(&self) -> Option<u64> {
        self.decoders().filter_map(|bucket| bucket.query).max()
    }

    /// Bytes of the embedding table, which the engine keeps a copy of.
    pub fn table_bytes(&self) -> Option<u64> {
        named(&self.load.outputs, TABLE)?.static_bytes()
    }

    /// Context lengths of the decoders, shortest first.
    pub fn contexts(&self) -> Vec<u64> {
        sorted(
            self.decoders()
                .filter_map(|bucket| bucket.context.or(bucket.cached())),
        )
    }

    /// Query lengths of the decoders, shortest first.
    pub fn queries(&self) -> Vec<u64> {
        sorted(self.decoders().filter_map(|bucket| bucket.query))
    }
}

impl<'a> Bucket<'a> {
    fn new(function: &'a Function) -> Bucket<'a> {
        let mut parts = function.name.rsplit('_').map(|part| part.parse().ok());
        Bucket {
            function,
            query: parts.next().flatten(),
            context: parts.next().flatten(),
        }
    }

    /// Tokens that the key cache has room for, as the engine reads it: its largest dimension.
    pub fn cached(&self) -> Option<u64> {
        let (_, shape) = named(&self.function.states, CACHES[0])?.tensor()?;
        shape
            .iter()
            .copied()
            .collect::<Option<Vec<u64>>>()?
            .into_iter()
            .max()
    }

    /// Tokens per call, as the engine reads it: the second dimension of the embeddings, else from the name.
    fn rows(&self) -> Option<u64> {
        let rows = |input: &Value| dim(input, 1);
        transformer_input(self.function)
            .and_then(rows)
            .or(self.query)
    }
}

fn transformer_input(function: &Function) -> Option<&Value> {
    let mut inputs = function.inputs.iter();
    inputs.find(|input| input.name.contains("transformer_input"))
}

fn named<'a>(values: &'a [Value], name: &str) -> Option<&'a Value> {
    values.iter().find(|value| value.name == name)
}

fn dim(value: &Value, axis: usize) -> Dim {
    let (_, shape) = value.tensor()?;
    shape.get(axis).copied().flatten()
}

fn sorted(numbers: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
