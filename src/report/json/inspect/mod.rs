//! `granite-bundle/inspect/1`, and the `bundle` objects other documents embed.

mod weights;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use crate::bundle::{
    DiscoverError, Failure, Manifest, Parsing, Target, TargetKind, Tokenizer, shown,
};
use crate::engine::chunked::{Bucket, ChunkedFunctions};
use crate::engine::deployment::{Deployment, bundle_weights};
use crate::engine::memory::{self, tokens_per_second};
use crate::engine::stop_tokens::stop_tokens;
use crate::model::{self, Asset, AssetFormat, RecordedHash, Storage, ValueType, Visibility};

use weights::Listed;
pub use weights::{ActivationFacts, ExpertFacts, Quantized, TableFacts, WeightFacts};

mod assets;

pub use assets::DeclaredAsset;

/// Name and version of the document.
pub const SCHEMA: &str = "granite-bundle/inspect/1";

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
}

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// One for each target, in the order asked for.
    pub bundles: Vec<TargetEntry<'a>>,
}

/// One target; everything is null where there is an error.
#[derive(Debug, Default, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
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
    pub profile: Option<&'a str>,
    pub memory: Option<Footprint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<Bandwidth>,
}

/// Why a target, or one file of it, could not be read.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Error {
    pub message: String,
    pub path: String,
    pub offset: Option<u64>,
}

/// What the manifest and the tokenizer folder say.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Bundle<'a> {
    pub name: Option<&'a str>,
    pub kind: Option<&'a str>,
    pub metadata_version: Option<&'a str>,
    pub assets: BTreeMap<&'a str, &'a str>,
    pub language: Option<&'a Json>,
    pub source: Option<&'a Json>,
    pub compression: &'a Json,
    pub tokenizer: Option<TokenizerFacts<'a>>,
}

/// What the tokenizer folder says.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct TokenizerFacts<'a> {
    pub class: Option<&'a str>,
    pub model: Option<&'a str>,
    pub entries: Option<u64>,
    pub highest_id: Option<u64>,
    pub added_tokens: usize,
    pub special_tokens: usize,
    pub bos_token: Option<SpecialToken<'a>>,
    pub eos_token: Option<SpecialToken<'a>>,
    pub pad_token: Option<SpecialToken<'a>>,
    pub stop_tokens: Vec<String>,
    pub chat_template: Option<Template<'a>>,
    pub errors: Vec<Error>,
}

/// A token by text, with its id where the files tell it.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct SpecialToken<'a> {
    pub content: &'a str,
    pub id: Option<u64>,
}

/// The chat template, without its text.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Template<'a> {
    pub source: &'a str,
    pub bytes: usize,
    pub error: Option<String>,
    pub mentions_eos: bool,
}

/// The asset and its bytecode file.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct AssetFacts<'a> {
    pub path: String,
    pub format: &'static str,
    pub asset_version: Option<&'a str>,
    pub producer: Option<&'a str>,
    pub creation_date: Option<&'a str>,
    pub compatibility_version: Option<&'static str>,
    pub bytes: u64,
    pub bytecode: Bytecode<'a>,
    pub hash: Hash,
}

/// The bytecode container.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Bytecode<'a> {
    pub version: u64,
    pub producer: &'a str,
    pub dialects: Vec<Dialect<'a>>,
}

/// A dialect.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Dialect<'a> {
    pub name: &'a str,
    pub version: Option<u64>,
}

/// Recorded and computed SHA-256 of the bytecode file.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Hash {
    pub recorded: Option<String>,
    pub computed: Option<String>,
    pub matches: Option<bool>,
}

/// A graph's signature.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Function<'a> {
    pub name: &'a str,
    pub visibility: &'static str,
    pub inputs: Vec<Value<'a>>,
    pub outputs: Vec<Value<'a>>,
    pub states: Vec<Value<'a>>,
}

/// An input, output or state.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Value<'a> {
    pub name: &'a str,
    pub dtype: &'a str,
    pub shape: Vec<Option<u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
}

/// Operation names and counts, as an object in the order of the statistics.
#[derive(Debug)]
pub struct Operations<'a>(pub &'a [(String, u64)]);

/// Elements and bytes of one element type.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct StorageFacts {
    pub dtype: &'static str,
    pub elements: u64,
    pub bytes: u64,
}

/// What the engine would do.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
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
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
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
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct State<'a> {
    pub name: &'a str,
    pub kind: String,
}

/// A requirement on the host.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Duty {
    pub id: &'static str,
    pub text: String,
}

/// Bytes of weights and states.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Footprint {
    pub weights_bytes: Option<u64>,
    pub fixed_state_bytes: Option<u64>,
    pub kv_bytes_per_token: Option<u64>,
    pub kv_bytes_at_max_context: Option<u64>,
}

/// The decoding speed that a memory bandwidth allows.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Bandwidth {
    pub bytes_per_second: f64,
    pub weight_bytes_per_token: u64,
    pub tokens_per_second: Option<f64>,
}

impl<'a> Document<'a> {
    /// A document of these entries.
    pub fn new(bundles: Vec<TargetEntry<'a>>) -> Document<'a> {
        Document {
            schema: SCHEMA,
            bundles,
        }
    }
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
            bundle: bundle(target),
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

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error {
            message: failure.message,
            path: shown(&failure.path),
            offset: failure.offset,
        }
    }
}

fn bundle(target: &Target) -> Option<Bundle<'_>> {
    let manifest = target
        .manifest
        .present()
        .filter(|_| target.kind == TargetKind::Bundle)?;
    let root = &manifest.document.value;
    let object = |key: &str| root.get(key).filter(|value| value.is_object());
    let assets = object("assets")
        .and_then(Json::as_object)
        .into_iter()
        .flatten();
    Some(Bundle {
        name: manifest.name(),
        kind: manifest.kind(),
        metadata_version: Manifest::metadata_version(manifest),
        assets: assets
            .filter_map(|(role, file)| Some((role.as_str(), file.as_str()?)))
            .collect(),
        language: object("language"),
        source: object("source"),
        compression: root.get("compression").unwrap_or(&Json::Null),
        tokenizer: target.tokenizer.present().map(TokenizerFacts::new),
    })
}

impl<'a> TokenizerFacts<'a> {
    fn new(tokenizer: &'a Tokenizer) -> TokenizerFacts<'a> {
        let token = |key: &str| {
            let content = tokenizer.named_token(key)?;
            let id = tokenizer.id_of(content);
            Some(SpecialToken { content, id })
        };
        let eos_token = token("eos_token");
        let known = tokenizer.has_tokenizer_json;
        let template = tokenizer.chat_template.as_ref();
        let special = tokenizer.added_tokens.iter().filter(|token| token.special);
        TokenizerFacts {
            class: tokenizer.class(),
            model: tokenizer.model.as_deref(),
            entries: known.then_some(tokenizer.entries),
            highest_id: tokenizer.highest_id,
            added_tokens: tokenizer.added_tokens.len(),
            special_tokens: special.count(),
            bos_token: token("bos_token"),
            pad_token: token("pad_token"),
            stop_tokens: stop_tokens(tokenizer)
                .into_iter()
                .map(|stop| stop.content)
                .collect(),
            chat_template: template.map(|template| Template {
                source: &template.source,
                bytes: template.text.len(),
                error: match template.parse() {
                    Parsing::Broken(fault) => Some(fault),
                    Parsing::Sound | Parsing::Unknown(_) => None,
                },
                mentions_eos: template.mentions_end(eos_token.as_ref().map(|eos| eos.content)),
            }),
            eos_token,
            errors: tokenizer
                .errors
                .iter()
                .map(|error| Failure::from(error.clone()).into())
                .collect(),
        }
    }
}

impl<'a> AssetFacts<'a> {
    fn new(asset: &'a Asset, computed: Option<[u8; 32]>) -> AssetFacts<'a> {
        let metadata = asset.metadata.as_ref();
        let recorded = match &asset.recorded_hash {
            RecordedHash::Sha256(hash) => Some(hash),
            _ => None,
        };
        AssetFacts {
            path: shown(&asset.path),
            format: match asset.format {
                AssetFormat::Source => "aimodel",
                AssetFormat::Compiled => "aimodelc",
            },
            asset_version: metadata.and_then(|m| m.asset_version.as_deref()),
            producer: metadata.and_then(|m| m.producer.as_deref()),
            creation_date: metadata.and_then(|m| m.creation_date.as_deref()),
            compatibility_version: asset.compatibility_version(),
            bytes: asset.bytes,
            bytecode: Bytecode {
                version: asset.bytecode.version,
                producer: &asset.bytecode.producer,
                dialects: asset
                    .bytecode
                    .dialects
                    .iter()
                    .map(|dialect| Dialect {
                        name: &dialect.name,
                        version: dialect.version,
                    })
                    .collect(),
            },
            hash: Hash {
                recorded: recorded.map(hex::encode),
                computed: computed.map(hex::encode),
                matches: recorded
                    .zip(computed)
                    .map(|(recorded, computed)| *recorded == computed),
            },
        }
    }
}

impl<'a> Function<'a> {
    fn new(function: &'a model::Function) -> Function<'a> {
        let values = |values: &'a [model::Value]| values.iter().map(Value::new).collect();
        Function {
            name: &function.name,
            visibility: match function.visibility {
                Visibility::Public => "public",
                Visibility::Private => "private",
            },
            inputs: values(&function.inputs),
            outputs: values(&function.outputs),
            states: values(&function.states),
        }
    }
}

impl<'a> Value<'a> {
    fn new(value: &'a model::Value) -> Value<'a> {
        let (dtype, shape, format) = match &value.ty {
            ValueType::Tensor { dtype, shape } => (dtype.name(), shape.clone(), None),
            ValueType::Image {
                height,
                width,
                format,
            } => {
                let shape = vec![Some(*height), Some(*width)];
                ("image", shape, Some(format.to_string()))
            }
            ValueType::Other(description) => (description.as_str(), Vec::new(), None),
        };
        Value {
            name: &value.name,
            dtype,
            shape,
            format,
        }
    }
}

impl Serialize for Operations<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, count)| (name, count)))
    }
}

impl From<&Storage> for StorageFacts {
    fn from(storage: &Storage) -> StorageFacts {
        StorageFacts {
            dtype: storage.dtype.name(),
            elements: storage.elements,
            bytes: storage.bytes,
        }
    }
}

impl<'a> Engine<'a> {
    fn new(deployment: &Deployment<'a>) -> Engine<'a> {
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
    fn new(chunked: &ChunkedFunctions<'a>) -> Families<'a> {
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
    fn of_weights(target: &Target) -> Footprint {
        Footprint {
            weights_bytes: bundle_weights(target),
            fixed_state_bytes: Some(0),
            kv_bytes_per_token: None,
            kv_bytes_at_max_context: None,
        }
    }
}

impl Bandwidth {
    fn new(deployment: &Deployment<'_>, bytes_per_second: f64) -> Bandwidth {
        let weight_bytes_per_token = deployment.weight_bytes_per_token;
        Bandwidth {
            bytes_per_second,
            weight_bytes_per_token,
            tokens_per_second: tokens_per_second(bytes_per_second, weight_bytes_per_token),
        }
    }
}
