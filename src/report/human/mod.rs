//! Pages for a terminal.

pub mod inspect;
pub mod list;
mod page;
pub mod patch;
