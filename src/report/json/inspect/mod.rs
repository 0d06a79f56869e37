//! `granite-bundle/inspect/1`, and the `bundle` objects other documents embed.

mod asset;
mod assets;
mod bundle;
mod deployment;
mod error;
mod executable;
mod weights;

use serde::Serialize;

use super::Body;
use crate::bundle::{DiscoverError, Failure, Target, shown};
use crate::engine::deployment::Deployment;
use crate::exec::Unsupported;
use weights::Listed;

pub use asset::{AssetFacts, Bytecode, Dialect, Function, Hash, Operations, StorageFacts, Value};
pub use assets::DeclaredAsset;
pub use bundle::{Bundle, SpecialToken, Template, TokenizerFacts};
pub use deployment::{Bandwidth, Duty, Engine, Families, Footprint, State};
pub use error::Error;
pub use executable::Executable;
pub use weights::{ActivationFacts, ExpertFacts, Quantized, TableFacts, WeightFacts};

/// What to show besides the facts that are always shown.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Details<'a> {
    /// `--ops`.
    pub operations: bool,
    /// `--weights`.
    pub weights: bool,
    /// `--bandwidth`, bytes per second.
    pub bandwidth: Option<f64>,
    /// SHA-256 of the main asset's bytecode file, where it was asked for.
    pub computed_hash: Option<[u8; 32]>,
    /// The same of the side assets, in their order.
    pub side_hashes: &'a [Option<[u8; 32]>],
    /// Name of the profile that fits.
    pub profile: Option<&'a str>,
    /// What of the main asset's functions cannot be executed; `None` where there is no program.
    pub unsupported: Option<&'a [Unsupported]>,
}

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    /// One for each target, in the order asked for.
    pub bundles: Vec<TargetEntry<'a>>,
}

/// One target; everything is null where there is an error.
#[derive(Debug, Default, Serialize)]
pub struct TargetEntry<'a> {
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    pub bundle: Option<Bundle<'a>>,
    pub asset: Option<AssetFacts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assets: Option<Vec<DeclaredAsset<'a>>>,
    pub functions: Option<Vec<Function<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operations: Option<Operations<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compute_types: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage: Option<Vec<StorageFacts>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantized: Option<Vec<Quantized>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<Vec<WeightFacts>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<Option<TableFacts>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding: Option<Option<TableFacts>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activations: Option<Vec<ActivationFacts>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experts: Option<Vec<ExpertFacts>>,
    pub engine: Option<Engine<'a>>,
    pub executable: Option<Executable<'a>>,
    pub profile: Option<&'a str>,
    pub memory: Option<Footprint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<Bandwidth>,
}

impl Body for Document<'_> {
    const SCHEMA: &'static str = "granite-bundle/inspect/1";
}

impl<'a> TargetEntry<'a> {
    /// The entry of a target.
    pub fn new(
        target: &'a Target,
        deployment: Option<&Deployment<'a>>,
        options: Details<'a>,
    ) -> TargetEntry<'a> {
        let path = shown(&target.path);
        if let Some(failure) = target.failure() {
            return TargetEntry {
                path,
                error: Some(failure.into()),
                assets: assets::of(target, options),
                ..TargetEntry::default()
            };
        }
        let asset = target.asset.present();
        let weights = asset.map(|asset| &asset.weights);
        let listed = weights.filter(|_| options.weights);
        let counted = asset.filter(|_| options.operations);
        let function = deployment.map(|deployment| deployment.step.name.as_str());
        let known = listed.map(|weights| Listed::new(weights, function));
        let (quantized, weight_list, head, embedding, activations, experts) = match known {
            Some(known) => (
                Some(known.quantized),
                Some(known.weights),
                Some(known.head),
                Some(known.embedding),
                Some(known.activations),
                Some(known.experts),
            ),
            None => (None, None, None, None, None, None),
        };
        TargetEntry {
            path,
            error: None,
            bundle: bundle::bundle(target),
            asset: asset.map(|asset| AssetFacts::new(asset, options.computed_hash)),
            functions: asset.map(|asset| asset.functions.iter().map(Function::new).collect()),
            operations: counted.map(|asset| Operations(&asset.statistics.operations)),
            compute_types: counted.map(|asset| asset.statistics.compute_types.as_slice()),
            storage: listed.map(|weights| weights.storage.iter().map(Into::into).collect()),
            quantized,
            weights: weight_list,
            head,
            embedding,
            activations,
            experts,
            assets: assets::of(target, options),
            engine: deployment.map(Engine::new),
            executable: options.unsupported.map(Executable::new),
            profile: options.profile,
            memory: Some(deployment.map_or_else(
                || Footprint::of_weights(target),
                |deployment| (&deployment.memory).into(),
            )),
            bandwidth: deployment
                .zip(options.bandwidth)
                .map(|(deployment, bandwidth)| Bandwidth::new(deployment, bandwidth)),
        }
    }

    /// The entry of a path that stands for nothing.
    pub fn of_error(error: &DiscoverError) -> TargetEntry<'a> {
        TargetEntry {
            path: shown(&error.path),
            error: Some(Failure::from(error.clone()).into()),
            ..TargetEntry::default()
        }
    }
}
