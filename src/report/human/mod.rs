//! Pages for a terminal.

pub mod patch;
