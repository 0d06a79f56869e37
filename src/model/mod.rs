//! What an asset says: functions, states, operations, weights, provenance and hash.

mod asset;
mod classes;
mod constants;
mod dataflow;
mod function;
mod hash;
mod head;
mod metadata;
mod open;
mod packing;
mod quantization;
mod signature;
mod statistics;
mod weights;

pub use crate::aicode::DType;
pub use asset::{
    Asset, AssetError, AssetFormat, AssetMetadata, Bytecode, Dialect, RecordedHash, Statistics,
};
pub use constants::{Constant, Storage};
pub use function::{Dim, Function, ImageFormat, Sizes, Value, ValueType, Visibility};
pub use open::Summary;
pub use packing::Packing;
pub use weights::{Head, HeadKind, QuantizedGroup, QuantizedWeight, Weight, WeightClass, Weights};
