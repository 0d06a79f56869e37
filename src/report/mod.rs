//! Pure functions from data to text, one file per format and document.

pub mod human;
pub mod json;
pub mod terminal;
