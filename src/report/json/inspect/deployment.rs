//! What an entry says of the engine: functions called, states, duties, memory, speed.

use serde::Serialize;

use crate::bundle::Target;
use crate::engine::chunked::{Bucket, ChunkedFunctions};
use crate::engine::deployment::{Deployment, bundle_weights};
use crate::engine::memory::{self, tokens_per_second};

/// What the engine would do.
#[derive(Debug, Serialize)]
pub struct Engine<'a> {
    pub name: &'static str,
    pub structure: String,
    pub variant: Option<&'static str>,
    pub step: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub families: Option<Families<'a>>,
    pub states: Vec<State<'a>>,
    pub run_contract: Vec<Duty>,
}

/// The functions of a chunked model, by what the engine does with them.
#[derive(Debug, Serialize)]
pub struct Families<'a> {
    pub load_embeddings: &'a str,
    pub gather_embeddings: Vec<&'a str>,
    pub extend: Vec<&'a str>,
    pub prompt: Vec<&'a str>,
    pub uncalled: Vec<&'a str>,
    pub context_lengths: Vec<u64>,
    pub query_lengths: Vec<u64>,
}

/// A state and its kind.
#[derive(Debug, Serialize)]
pub struct State<'a> {
    pub name: &'a str,
    pub kind: String,
}

/// A requirement on the host.
#[derive(Debug, Serialize)]
pub struct Duty {
    pub id: &'static str,
    pub text: String,
}

/// Bytes of weights and states.
#[derive(Debug, Serialize)]
pub struct Footprint {
    pub weights_bytes: Option<u64>,
    pub fixed_state_bytes: Option<u64>,
    pub kv_bytes_per_token: Option<u64>,
    pub kv_bytes_at_max_context: Option<u64>,
}

/// The decoding speed that a memory bandwidth allows.
#[derive(Debug, Serialize)]
pub struct Bandwidth {
    pub bytes_per_second: f64,
    pub weight_bytes_per_token: u64,
    pub tokens_per_second: Option<f64>,
}

impl<'a> Engine<'a> {
    pub(super) fn new(deployment: &Deployment<'a>) -> Engine<'a> {
        let states = deployment.step.states.iter().zip(&deployment.kinds);
        Engine {
            name: deployment.engine.name(),
            structure: deployment.structure.to_string(),
            variant: deployment.engine.variant(),
            step: &deployment.step.name,
            families: deployment.chunked.as_ref().map(Families::new),
            states: states
                .map(|(state, kind)| State {
                    name: &state.name,
                    kind: kind.to_string(),
                })
                .collect(),
            run_contract: deployment
                .run_contract
                .iter()
                .map(|duty| Duty {
                    id: duty.id,
                    text: duty.text(),
                })
                .collect(),
        }
    }
}

impl<'a> Families<'a> {
    pub(super) fn new(chunked: &ChunkedFunctions<'a>) -> Families<'a> {
        let names = |family: &[Bucket<'a>]| {
            let functions = family.iter().map(|bucket| bucket.function.name.as_str());
            functions.collect::<Vec<&'a str>>()
        };
        let others = chunked.others.iter();
        Families {
            load_embeddings: &chunked.load.name,
            gather_embeddings: names(&chunked.gather),
            extend: names(&chunked.extend),
            prompt: names(&chunked.prompt),
            uncalled: others.map(|function| function.name.as_str()).collect(),
            context_lengths: chunked.contexts(),
            query_lengths: chunked.queries(),
        }
    }
}

impl From<&memory::Footprint> for Footprint {
    fn from(memory: &memory::Footprint) -> Footprint {
        Footprint {
            weights_bytes: memory.weights,
            fixed_state_bytes: memory.fixed_states,
            kv_bytes_per_token: memory.kv_per_token,
            kv_bytes_at_max_context: memory.kv_at_max_context,
        }
    }
}

impl Footprint {
    /// Without a function the engine would load, there are weights but no states.
    pub(super) fn of_weights(target: &Target) -> Footprint {
        Footprint {
            weights_bytes: bundle_weights(target),
            fixed_state_bytes: Some(0),
            kv_bytes_per_token: None,
            kv_bytes_at_max_context: None,
        }
    }
}

impl Bandwidth {
    pub(super) fn new(deployment: &Deployment<'_>, bytes_per_second: f64) -> Bandwidth {
        let weight_bytes_per_token = deployment.weight_bytes_per_token;
        Bandwidth {
            bytes_per_second,
            weight_bytes_per_token,
            tokens_per_second: tokens_per_second(bytes_per_second, weight_bytes_per_token),
        }
    }
}
