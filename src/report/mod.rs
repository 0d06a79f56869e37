//! Pure functions from data to text, one file per format and document.

pub mod findings;
pub mod human;
pub mod json;
pub mod npy;
pub mod schemas;
pub mod terminal;
