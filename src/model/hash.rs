//! The SHA-256 of an asset's bytecode.

use std::fs::File;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::Asset;

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

impl Asset {
    /// Reads the bytecode file from start to end and gives its SHA-256.
    ///
    /// # Errors
    /// What the system reports.
    pub fn content_hash(&self) -> io::Result<[u8; 32]> {
        self.content_hash_with(|_| {})
    }

    /// The same, telling how many bytes each step read.
    ///
    /// # Errors
    /// What the system reports.
    pub fn content_hash_with(&self, mut progress: impl FnMut(u64)) -> io::Result<[u8; 32]> {
        let mut file = File::open(&self.bytecode_path)?;
        let mut hash = Sha256::new();
        let mut chunk = vec![0; CHUNK];
        loop {
            match file.read(&mut chunk)? {
                0 => return Ok(hash.finalize().into()),
                read => {
                    hash.update(&chunk[..read]);
                    progress(read as u64);
                }
            }
        }
    }
}
