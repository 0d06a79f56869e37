//! The built-in patch stack: its files, and what the patched engine does that stock does not.

#![allow(clippy::unwrap_used)]

mod behaviour;
mod files;
mod model;
