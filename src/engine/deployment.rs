//! Everything the engine makes of one target, for whoever shows or judges it.

use super::chunked::ChunkedFunctions;
use super::memory::{Footprint, Sizing, weight_bytes, weight_bytes_per_token};
use super::run_contract::{Duty, Hosted, run_contract};
use super::selection::{Engine, step};
use super::signature::{StateKind, Structure};
use crate::bundle::{Language, Manifest, Target, TargetKind};
use crate::model::{Asset, Function, Value};

/// A language model on the engine that takes it.
#[derive(Debug)]
pub struct Deployment<'a> {
    /// That engine.
    pub engine: Engine,
    /// The main asset's class by function names.
    pub structure: Structure,
    /// The function that makes logits.
    pub step: &'a Function,
    /// The kind of each of its states, in order.
    pub kinds: Vec<StateKind>,
    /// The functions of a chunked model.
    pub chunked: Option<ChunkedFunctions<'a>>,
    /// What the host must do.
    pub run_contract: Vec<Duty>,
    /// What it takes.
    pub memory: Footprint,
    /// Weight bytes one decoding step reads.
    pub weight_bytes_per_token: u64,
}

impl<'a> Deployment<'a> {
    /// Puts a target on its engine; `None` if it is no language model, its main asset cannot be read, or has no such
    /// function as the engine loads.
    pub fn of(target: &'a Target) -> Option<Deployment<'a>> {
        let engine = Engine::of(target)?;
        let asset = target.asset.present()?;
        let step = step(target, engine)?;
        let chunked = match engine {
            Engine::StaticShape => ChunkedFunctions::of(&asset.functions),
            Engine::Pipelined | Engine::VisionLanguage => None,
        };
        let kinds = match (engine, step.states.len()) {
            // Taken for keys and values by position, whatever they are.
            (Engine::VisionLanguage, 2) => vec![StateKind::KvCache; 2],
            (Engine::StaticShape, _) => step.states.iter().map(of_bucket).collect(),
            _ => StateKind::of(&step.states),
        };
        let language = target.manifest.present().and_then(Manifest::language);
        let context = language.and_then(|l| positive(l.max_context_length()));
        let sizing = Sizing {
            engine,
            step,
            chunked: chunked.as_ref(),
            context,
            vocabulary: language.and_then(|l: Language<'_>| positive(l.vocab_size())),
        };
        let path = target.path.to_string_lossy();
        let memory = Footprint::of(sizing, &kinds, bundle_weights(target));
        Some(Deployment {
            engine,
            structure: Structure::of(&asset.functions),
            run_contract: run_contract(Hosted {
                engine,
                step,
                kinds: &kinds,
                context,
                kv_at_max_context: memory.kv_at_max_context,
                bundle: (target.kind == TargetKind::Bundle).then_some(&*path),
            }),
            weight_bytes_per_token: weight_bytes_per_token(step, &asset.weights),
            step,
            kinds,
            chunked,
            memory,
        })
    }

    /// The duty of that id, if the bundle puts it on its host.
    pub fn duty(&self, id: &str) -> Option<&Duty> {
        self.run_contract.iter().find(|duty| duty.id == id)
    }

    /// True if two states grow with the context or are named for it, as keys and values do.
    pub fn has_kv_pair(&self) -> bool {
        let caches = self
            .kinds
            .iter()
            .filter(|kind| **kind == StateKind::KvCache);
        caches.count() >= 2
    }
}

/// A chunked model's states are static in every function; those of keys and values have names of their own.
fn of_bucket(state: &Value) -> StateKind {
    match state.name.as_str() {
        "key_cache" | "value_cache" => StateKind::KvCache,
        _ => StateKind::of_one(state),
    }
}

/// Bytes of the constants of every asset of a target that could be read, each asset counted once.
pub fn bundle_weights(target: &Target) -> Option<u64> {
    let main = target.asset.present();
    let sides = target.side_assets.iter();
    let sides = sides.filter_map(|side| side.asset.present());
    let mut seen: Vec<&Asset> = Vec::new();
    for asset in main.into_iter().chain(sides) {
        if seen.iter().all(|other| other.path != asset.path) {
            seen.push(asset);
        }
    }
    weight_bytes(seen.into_iter().map(|asset| &asset.weights))
}

fn positive(number: Option<i64>) -> Option<u64> {
    number
        .and_then(|number| u64::try_from(number).ok())
        .filter(|number| *number > 0)
}
