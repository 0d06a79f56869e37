//! A `.aimodel` or `.aimodelc` folder, read.

use std::path::PathBuf;

use super::{Function, Weights};

/// Source or compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetFormat {
    /// `.aimodel`, with `main.mlirb`.
    Source,
    /// `.aimodelc`, with `main-<soc>.mlirb`.
    Compiled,
}

/// The asset's own `metadata.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssetMetadata {
    /// `assetVersion`.
    pub asset_version: Option<String>,
    /// `producer`, such as `coreai-core 1.0.0b3`.
    pub producer: Option<String>,
    /// `creationDate` as recorded, `YYYYMMDDTHHMMSSZ`.
    pub creation_date: Option<String>,
    /// `author`.
    pub author: Option<String>,
    /// `license`.
    pub license: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `sourceHash` of a compiled asset: the hash of what it was compiled from.
    pub source_hash: Option<String>,
    /// `creatorDefinedMetadata`, whatever the creator put there.
    pub creator_defined: Option<serde_json::Value>,
}

/// A dialect the bytecode names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// Its namespace.
    pub name: String,
    /// Its version bytes as a number, if versioned.
    pub version: Option<u64>,
}

/// Facts of the bytecode container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bytecode {
    /// Bytecode format version.
    pub version: u64,
    /// Producer string, such as `MLIR22.0.0git`.
    pub producer: String,
    /// Dialects in file order.
    pub dialects: Vec<Dialect>,
}

/// What `main.hash` holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordedHash {
    /// No such file.
    Missing,
    /// A file that is not 32 bytes long; its length.
    Malformed(u64),
    /// A Git LFS pointer in the place of the file.
    LfsPointer,
    /// The SHA-256 it records for the bytecode file.
    Sha256([u8; 32]),
}

/// The vendor reader's statistics, by its own rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Operation name (no dialect, no version) and count; count descending, then name.
    pub operations: Vec<(String, u64)>,
    /// Operand element types by contract spelling (`image` for images), sorted by display name.
    pub compute_types: Vec<String>,
}

/// An asset, read.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The asset's folder, as it was named.
    pub path: PathBuf,
    /// The folder's name without its extension, whatever dots or links the path ends in.
    pub name: String,
    /// The bytecode file inside it.
    pub bytecode_path: PathBuf,
    /// Source or compiled.
    pub format: AssetFormat,
    /// Size of the bytecode file, bytes.
    pub bytes: u64,
    /// Its `metadata.json`, if present.
    pub metadata: Option<AssetMetadata>,
    /// Container facts.
    pub bytecode: Bytecode,
    /// The program's own version, a date `YYYYMMDD`.
    pub program_version: Option<u64>,
    /// `main.hash`.
    pub recorded_hash: RecordedHash,
    /// Every graph in file order, private ones too.
    pub functions: Vec<Function>,
    /// Operation and compute-type statistics.
    pub statistics: Statistics,
    /// Constants.
    pub weights: Weights,
}

/// Why an asset could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {message}", crate::files::shown(path))]
pub struct AssetError {
    /// The file at fault.
    pub path: PathBuf,
    /// Absolute offset in that file, where there is one.
    pub offset: Option<u64>,
    /// What is wrong and what was expected, one sentence.
    pub message: String,
    /// What the user can do.
    pub help: Option<String>,
}

impl Asset {
    /// The operating system version the program needs, such as `27.0`.
    ///
    /// Source: the vendor reader reports `27.0` for program versions 20250410 to 20260409, else nothing.
    pub fn compatibility_version(&self) -> Option<&'static str> {
        (20_250_410..=20_260_409)
            .contains(&self.program_version?)
            .then_some("27.0")
    }

    /// The first public function of that name.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| {
            function.visibility == super::Visibility::Public && function.name == name
        })
    }
}
