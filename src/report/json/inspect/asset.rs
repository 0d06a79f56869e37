//! An asset of an entry: its file, its container, its functions.

use serde::Serialize;

use crate::bundle::shown;
use crate::model::{self, Asset, AssetFormat, RecordedHash, Storage, ValueType};

/// The asset and its bytecode file.
#[derive(Debug, Serialize)]
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
pub struct Bytecode<'a> {
    pub version: u64,
    pub producer: &'a str,
    pub dialects: Vec<Dialect<'a>>,
}

/// A dialect.
#[derive(Debug, Serialize)]
pub struct Dialect<'a> {
    pub name: &'a str,
    pub version: Option<u64>,
}

/// Recorded and computed SHA-256 of the bytecode file.
#[derive(Debug, Serialize)]
pub struct Hash {
    pub recorded: Option<String>,
    pub computed: Option<String>,
    pub matches: Option<bool>,
}

/// A graph's signature.
#[derive(Debug, Serialize)]
pub struct Function<'a> {
    pub name: &'a str,
    pub visibility: &'static str,
    pub inputs: Vec<Value<'a>>,
    pub outputs: Vec<Value<'a>>,
    pub states: Vec<Value<'a>>,
}

/// An input, output or state.
#[derive(Debug, Serialize)]
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
pub struct StorageFacts {
    pub dtype: &'static str,
    pub elements: u64,
    pub bytes: u64,
}

impl<'a> AssetFacts<'a> {
    pub(super) fn new(asset: &'a Asset, computed: Option<[u8; 32]>) -> AssetFacts<'a> {
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
    pub(super) fn new(function: &'a model::Function) -> Function<'a> {
        let values = |values: &'a [model::Value]| values.iter().map(Value::new).collect();
        Function {
            name: &function.name,
            visibility: function.visibility.into(),
            inputs: values(&function.inputs),
            outputs: values(&function.outputs),
            states: values(&function.states),
        }
    }
}

impl<'a> Value<'a> {
    pub(super) fn new(value: &'a model::Value) -> Value<'a> {
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
