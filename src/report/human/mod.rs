//! Pages for a terminal.

pub mod diff;
pub mod explain;
pub mod fix;
pub mod gate;
pub mod inspect;
pub mod lint;
pub mod list;
pub mod patch;
pub mod preflight;
pub mod rules;
