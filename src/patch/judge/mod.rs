//! Where a series stands on a tree, and what applying it or taking it back would do. Pure: nothing is written.

mod capabilities;
pub mod changes;
pub mod detect;
pub mod engine;
pub mod judgement;
pub mod matrix;
pub mod plan;
mod repeats;
pub mod report;
mod sound;
pub mod syntax;
mod tell;
mod unpatched;
mod verdict;
pub mod verify;

#[cfg(test)]
mod tests;
