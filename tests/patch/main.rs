//! The patch manager against real repositories, real processes and git itself.
#![allow(clippy::unwrap_used)]

mod cases;
mod checkouts;
mod cli;
mod crash;
mod differential;
mod edits;
mod faults;
mod git;
mod identity;
mod kit;
mod size;
mod surroundings;
mod words;
