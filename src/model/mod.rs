//! What an asset says: functions, states, operations, weights, provenance and hash.

mod asset;
mod constants;
mod function;
mod hash;
mod metadata;
mod open;
mod packing;
mod quantized;
mod signature;
mod statistics;
mod trace;
mod weights;
mod words;

pub use crate::aicode::DType;
pub use asset::{
    Asset, AssetError, AssetFormat, AssetMetadata, Bytecode, Dialect, RecordedHash, Statistics,
};
pub use constants::{Constant, Storage};
pub use function::{Dim, Function, ImageFormat, Sizes, Value, ValueType, Visibility};
pub use open::{Look, Summary};
pub use packing::Packing;
pub use quantized::{Granularity, Palette, QuantizedKind, QuantizedWeight, Scale, Sparse};
pub use signature::functions;
pub use weights::{
    Embedding, Experts, Head, HeadKind, QuantizedActivations, QuantizedGroup, StepReads, Weight,
    WeightClass, Weights,
};
