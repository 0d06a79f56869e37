//! Series → plan (pure) → transaction (locked, journaled, atomic) → receipt.

mod image;
pub mod transaction;

pub use image::{FileChange, FileImage, FileMode, RepoPath};
