//! Where a series stands on a tree, and what applying or reverting it would do. Pure: nothing here writes.

pub mod detect;
pub mod matrix;
pub mod plan;
pub mod report;
pub mod syntax;
mod verdict;
