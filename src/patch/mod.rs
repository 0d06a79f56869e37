//! Series → plan (pure) → transaction (locked, journaled, atomic) → receipt.

pub mod checkout;
pub mod eol;
pub mod explain;
pub mod file;
mod image;
mod judge;
pub mod matrix;
pub mod merge;
pub mod message;
mod name;
pub mod parse;
pub mod place;
pub mod plan;
pub mod present;
pub mod revert;
pub mod series;
pub mod staged;
pub mod state;
pub mod swift;
pub mod transaction;
pub mod trial;
pub mod unified;
pub mod view;

pub use image::{FileChange, FileImage, FileMode, RepoPath};
