//! Series → plan (pure) → transaction (locked, journaled, atomic) → receipt.

mod image;
pub mod revert;
pub mod transaction;

pub use image::{FileChange, FileImage, FileMode, RepoPath};
