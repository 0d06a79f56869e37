//! Pure functions from data to text, one file per format and document.

pub mod github;
pub mod human;
pub mod json;
pub mod junit;
pub mod place;
pub mod sarif;
pub mod schemas;
pub mod terminal;
