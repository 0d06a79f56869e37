//! Gate transcripts: what a numeric comparison with an oracle recorded about a bundle.
//!
//! The formats are those of `schemas/transcript.schema.json`, read leniently: a field that is absent or of
//! another type is simply not known.

mod free_run;
mod releases;

use std::path::PathBuf;

use serde_json::Value;

use super::JsonDocument;
use crate::files::json::integer;

pub use free_run::FreeRun;
pub use releases::Releases;

/// One transcript, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// The file.
    pub path: PathBuf,
    /// What it says, or why it cannot be read as a transcript.
    pub record: Result<Record, String>,
}

/// What a transcript records. Every field may be absent; the rules say which must not be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    /// `result`: `PASS` or another word.
    pub result: Option<String>,
    /// Name of the bundle that was gated: the last component of `bundle`.
    pub bundle: Option<String>,
    /// Each compared position, in order.
    pub positions: Vec<Position>,
    /// How many positions of how many matched, where the transcript counts them.
    pub matched: Option<(u64, u64)>,
    /// True if the bundle's text is recorded and is not the oracle's.
    pub texts_differ: bool,
    /// What two sides that ran on their own wrote, where the transcript is of that kind.
    pub free_run: Option<FreeRun>,
}

/// One compared position.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Position {
    /// The oracle's top-2 margin there.
    pub margin: Option<f64>,
    /// Whether the bundle chose the oracle's token, where the transcript says so.
    pub matched: Option<bool>,
}

impl Transcript {
    /// Reads one file; `None` if it is JSON of another kind.
    fn read(path: PathBuf) -> Option<Transcript> {
        let record = match JsonDocument::read(&path) {
            Ok(document) if is_transcript(&document.value) => Ok(Record::of(&document.value)),
            Ok(_) => return None,
            Err(error) => Err(error.message),
        };
        Some(Transcript { path, record })
    }
}

impl Record {
    /// The facts of a transcript's JSON.
    pub fn of(value: &Value) -> Record {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let texts = text("oracle_text").zip(text("bundle_text"));
        Record {
            result: text("result").map(str::to_owned),
            bundle: text("bundle").map(|path| last_component(path).to_owned()),
            positions: positions(value),
            matched: text("match").or(text("verdict")).and_then(count),
            texts_differ: texts.is_some_and(|(oracle, bundle)| oracle != bundle),
            free_run: FreeRun::of(value),
        }
    }
}

fn positions(value: &Value) -> Vec<Position> {
    let list = |key: &str| value.get(key).and_then(Value::as_array);
    if let Some(entries) = list("positions") {
        return entries
            .iter()
            .map(|entry| Position {
                margin: entry.get("margin").and_then(Value::as_f64),
                matched: entry.get("match").and_then(Value::as_bool),
            })
            .collect();
    }
    let matches = list("match");
    let ids = list("oracle_ids").zip(list("bundle_ids"));
    let matched = |index: usize| {
        let stated = matches.and_then(|matches| matches.get(index)?.as_bool());
        let compared = ids.map(|(oracle, bundle)| {
            let id = |ids: &[Value]| ids.get(index).and_then(integer);
            id(oracle) == id(bundle)
        });
        stated.or(compared)
    };
    let margins = list("margins").map_or(&[][..], Vec::as_slice);
    margins
        .iter()
        .enumerate()
        .map(|(index, margin)| Position {
            margin: margin.as_f64(),
            matched: matched(index),
        })
        .collect()
}

/// Reads `16/16` at the start of a text.
fn count(text: &str) -> Option<(u64, u64)> {
    let (matched, rest) = text.split_once('/')?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    Some((matched.trim().parse().ok()?, rest[..end].parse().ok()?))
}

fn is_transcript(value: &Value) -> bool {
    let schema = value.get("schema").and_then(Value::as_str);
    let compares = ["margins", "positions"]
        .iter()
        .any(|key| value.get(key).is_some());
    schema.is_some_and(|schema| schema.starts_with("coreai-verify-transcript/"))
        || FreeRun::is_one(value)
        || (compares && value.get("result").is_some())
}

fn last_component(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_spellings_of_positions_are_read() {
        let lists = Record::of(&json!({
            "result": "PASS", "bundle": "/somewhere/exports/granite/", "margins": [0.9, 0.2],
            "oracle_ids": [5, 6], "bundle_ids": [5, 7], "verdict": "1/2 token-exact (…)",
            "oracle_text": "a b", "bundle_text": "a c",
        }));
        let objects = Record::of(&json!({
            "result": "PASS", "bundle": "granite", "match": "1/2",
            "positions": [{ "margin": 0.9, "match": true }, { "margin": 0.2, "match": false }],
        }));
        assert_eq!(lists.positions, objects.positions);
        assert_eq!(lists.bundle, objects.bundle);
        assert_eq!(lists.matched, Some((1, 2)));
        assert!(lists.texts_differ && !objects.texts_differ);
    }
}
