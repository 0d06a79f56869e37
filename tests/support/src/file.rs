//! A file image with holes.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

#[derive(Debug, Clone)]
enum Piece {
    Bytes(Vec<u8>),
    Zeros(u64),
}

/// The content of a file: written bytes, and runs of zeros that take no space.
#[derive(Debug, Clone, Default)]
pub struct FileImage {
    pieces: Vec<Piece>,
    len: u64,
}

impl FileImage {
    /// Length of the file, bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// True if nothing was appended.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.len += bytes.len() as u64;
        match self.pieces.last_mut() {
            Some(Piece::Bytes(last)) => last.extend_from_slice(bytes),
            _ => self.pieces.push(Piece::Bytes(bytes.to_vec())),
        }
    }

    /// Appends a run of zeros.
    pub fn zeros(&mut self, len: u64) {
        self.len += len;
        self.pieces.push(Piece::Zeros(len));
    }

    /// Appends the bytecode's padding byte until the length is a multiple of `align`.
    pub fn pad_to(&mut self, align: u64) {
        let padding = self.len.next_multiple_of(align) - self.len;
        self.bytes(&vec![0xCB; padding as usize]);
    }

    /// Appends another image.
    pub fn append(&mut self, other: FileImage) {
        for piece in other.pieces {
            match piece {
                Piece::Bytes(bytes) => self.bytes(&bytes),
                Piece::Zeros(len) => self.zeros(len),
            }
        }
    }

    /// The whole content in memory; for small files only.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut content = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => content.extend_from_slice(bytes),
                Piece::Zeros(len) => content.resize(content.len() + *len as usize, 0),
            }
        }
        content
    }

    /// SHA-256 of the content.
    pub fn sha256(&self) -> [u8; 32] {
        let zeros = [0; 1 << 16];
        let mut hasher = Sha256::new();
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => hasher.update(bytes),
                Piece::Zeros(len) => {
                    let mut left = *len;
                    while left > 0 {
                        let part = left.min(zeros.len() as u64);
                        hasher.update(&zeros[..part as usize]);
                        left -= part;
                    }
                }
            }
        }
        hasher.finalize().into()
    }

    /// Writes the file, leaving holes where the zeros are.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = File::create(path)?;
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => file.write_all(bytes)?,
                Piece::Zeros(len) => {
                    file.seek(SeekFrom::Current(*len as i64))?;
                }
            }
        }
        file.set_len(self.len)
    }
}
