//! What an asset says: functions, states, operations, weights, provenance and hash.

mod asset;
mod dtype;
mod function;
mod weights;

pub use asset::{
    Asset, AssetError, AssetFormat, AssetMetadata, Bytecode, Dialect, RecordedHash, Statistics,
};
pub use dtype::DType;
pub use function::{Dim, Function, ImageFormat, Value, ValueType, Visibility};
pub use weights::{Constant, Head, HeadKind, QuantizedGroup, QuantizedWeight, Storage, Weights};
