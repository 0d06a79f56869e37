//! Series → plan (pure) → transaction (locked, journaled, atomic) → receipt.

mod image;

pub use image::{FileChange, FileImage, FileMode, RepoPath};
