//! A patch as text: reading what git, quilt and diff write, and writing what git would.

pub mod file;
mod header;
pub mod mail;
pub mod parse;
pub mod write;
