//! A patch as text.

mod cursor;
pub mod error;
pub mod file;
mod header;
mod hunk;
pub mod mail;
mod name;
pub mod parse;
pub mod write;
