//! A tree of files wherever it is, and what an engine checkout is and can do.

pub mod blobs;
pub mod capability;
pub mod eol;
mod image;
pub mod open;
mod path;
pub mod recognition;
pub mod site;
pub mod swift;
pub mod tree;

pub use image::{FileChange, FileImage, FileMode};
pub use path::{RepoPath, unquoted};
