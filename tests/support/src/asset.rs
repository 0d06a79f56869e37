//! The `.aimodel` folder around a program.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use crate::file::FileImage;
use crate::program::Program;

/// What `main.hash` gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HashFile {
    /// No such file.
    Missing,
    /// The SHA-256 of the bytecode; hashes the holes too, which takes a second per gigabyte or two.
    Computed,
    /// These bytes.
    Bytes(Vec<u8>),
}

/// An asset folder to be written.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Content of `main.mlirb`; `None` leaves the file out.
    pub bytecode: Option<FileImage>,
    /// Content of `metadata.json`; `None` leaves the file out.
    pub metadata: Option<Value>,
    /// Content of `main.hash`.
    pub hash: HashFile,
}

impl Asset {
    /// A complete asset around a program, without a hash file.
    pub fn new(program: Program) -> Asset {
        Asset {
            bytecode: Some(program.write()),
            metadata: Some(json!({
                "assetVersion": "2.0",
                "producer": "coreai-core 1.0.0b3",
                "creationDate": "20260819T120000Z",
            })),
            hash: HashFile::Missing,
        }
    }

    /// The same asset with the hash of its bytecode.
    pub fn hashed(mut self) -> Asset {
        self.hash = HashFile::Computed;
        self
    }

    /// Writes the folder.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        if let Some(image) = &self.bytecode {
            image.write(&folder.join("main.mlirb"))?;
        }
        if let Some(metadata) = &self.metadata {
            let text = serde_json::to_string_pretty(metadata)?;
            std::fs::write(folder.join("metadata.json"), text)?;
        }
        let hash = match &self.hash {
            HashFile::Missing => return Ok(()),
            HashFile::Computed => self
                .bytecode
                .as_ref()
                .map_or_else(|| vec![0; 32], |image| image.sha256().to_vec()),
            HashFile::Bytes(bytes) => bytes.clone(),
        };
        std::fs::write(folder.join("main.hash"), hash)
    }
}
