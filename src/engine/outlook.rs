//! Everything the engine makes of one readable target, for whoever shows it.

use super::memory::{Memory, weight_bytes_per_token};
use super::run_contract::{Duty, run_contract};
use super::signature::{StateKind, Structure};
use crate::bundle::{Language, Manifest, Target};
use crate::model::{Function, Visibility};

/// What the engine would do with a target.
#[derive(Debug)]
pub struct Outlook<'a> {
    /// The function it loads.
    pub function: &'a Function,
    /// Its class by function names.
    pub structure: Structure,
    /// The kind of each of the function's states, in order.
    pub kinds: Vec<StateKind>,
    /// What the host must do.
    pub run_contract: Vec<Duty>,
    /// What it takes.
    pub memory: Memory,
    /// Weight bytes one decoding step reads.
    pub weight_bytes_per_token: u64,
}

impl<'a> Outlook<'a> {
    /// Looks at the function the engine loads; `None` if the asset cannot be read or has no such function.
    ///
    /// For a bare asset that has no `main`, its first public function stands for it.
    pub fn of(target: &'a Target) -> Option<Outlook<'a>> {
        let asset = target.asset.present()?;
        let language = target.manifest.present().and_then(Manifest::language);
        let named = asset.function(language.map_or("main", |l| l.main_function()));
        let function = named.or_else(|| {
            let mut functions = asset.functions.iter();
            let first = functions.find(|function| function.visibility == Visibility::Public);
            first.filter(|_| target.manifest.present().is_none())
        })?;
        let context = language.and_then(|l| positive(l.max_context_length()));
        let vocabulary = language.and_then(|l: Language<'_>| positive(l.vocab_size()));
        Some(Outlook {
            function,
            structure: Structure::of(&asset.functions),
            kinds: StateKind::of(&function.states),
            run_contract: run_contract(function, &target.path.to_string_lossy()),
            memory: Memory::of(function, &asset.weights, context, vocabulary),
            weight_bytes_per_token: weight_bytes_per_token(function, &asset.weights),
        })
    }
}

fn positive(number: Option<i64>) -> Option<u64> {
    number
        .and_then(|number| u64::try_from(number).ok())
        .filter(|number| *number > 0)
}
