//! One patch against one tree: where its hunks fit, what a merge would make of it, and why it does not fit.

pub mod explain;
pub mod image;
mod links;
pub mod merge;
pub mod place;
pub mod problem;
mod sums;
pub mod trial;
