//! Versioned documents, validated against `schemas/`.

#![allow(
    missing_docs,
    reason = "the fields are the documents', described in their schemas"
)]

pub mod diff;
pub mod explain;
pub mod gate;
pub mod inspect;
pub mod lint;
pub mod patch;
pub mod preflight;
pub mod run;

use serde::Serialize;

/// What a document says, below its name and version.
pub trait Body: Serialize {
    /// The document's name and version.
    const SCHEMA: &'static str;
}

#[derive(Serialize)]
struct Document<'a, B> {
    schema: &'static str,
    #[serde(flatten)]
    body: &'a B,
}

/// A document as it is printed: indented, with a line's end.
///
/// # Errors
/// When a number or a key has no form in JSON.
pub fn text<B: Body>(body: &B) -> serde_json::Result<String> {
    let schema = B::SCHEMA;
    let text = serde_json::to_string_pretty(&Document { schema, body })?;
    Ok(text + "\n")
}
