//! Series → plan (pure) → transaction (locked, journaled, atomic) → receipt.

pub mod dirty;
pub mod file;
mod image;
pub mod message;
mod name;
pub mod parse;
pub mod place;
pub mod revert;
pub mod series;
pub mod state;
pub mod transaction;
pub mod trial;
pub mod view;

pub use image::{FileChange, FileImage, FileMode, RepoPath};
