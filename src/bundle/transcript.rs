//! Gate transcripts: what a numeric comparison with an oracle recorded about a bundle.
//!
//! The format is that of `schemas/transcript.schema.json`, read leniently: a field that is absent or of
//! another type is simply not known.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::JsonDocument;
use crate::files::json::integer;

/// Folders in which transcripts may lie, relative to the bundle's and to its release folder.
const FOLDERS: [&str; 3] = ["", "gates", "transcripts"];

/// Most files looked at in one folder.
const MAX_FILES: usize = 4096;

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
    /// The transcripts that speak of a bundle, its own first, each folder's in order of names.
    ///
    /// In the release folder (the one the bundle lies in, its `gates` and `transcripts`) a transcript is
    /// another bundle's if it names one; one that names no bundle there is taken for this bundle's only
    /// if no other bundle is there.
    pub fn of_bundle(bundle: &Path, name: Option<&str>) -> Vec<Transcript> {
        let mut found = Vec::new();
        for folder in FOLDERS {
            found.extend(candidates(&bundle.join(folder)));
        }
        let Some(release) = release_folder(bundle) else {
            return found;
        };
        let folder_name = bundle_name(bundle);
        let known = [name, folder_name.as_deref()];
        let alone = !has_other_bundle(&release, folder_name.as_deref());
        for folder in FOLDERS {
            for transcript in candidates(&release.join(folder)) {
                let named = transcript
                    .record
                    .as_ref()
                    .ok()
                    .and_then(|record| record.bundle.as_deref());
                if alone || (named.is_some() && known.contains(&named)) {
                    found.push(transcript);
                }
            }
        }
        found
    }

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
        || (compares && value.get("result").is_some())
}

/// The files of a folder whose names are those of transcripts, read.
fn candidates(folder: &Path) -> Vec<Transcript> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files = entries
        .take(MAX_FILES)
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter(|entry| is_candidate(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect::<Vec<_>>();
    files.sort();
    files.into_iter().filter_map(Transcript::read).collect()
}

fn is_candidate(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".json") && (name.starts_with("gate") || name.contains("transcript"))
}

fn release_folder(bundle: &Path) -> Option<PathBuf> {
    Some(bundle.canonicalize().ok()?.parent()?.to_owned())
}

fn bundle_name(bundle: &Path) -> Option<String> {
    let bundle = bundle.canonicalize().ok()?;
    Some(bundle.file_name()?.to_str()?.to_owned())
}

fn has_other_bundle(release: &Path, own: Option<&str>) -> bool {
    let Ok(entries) = fs::read_dir(release) else {
        return false;
    };
    entries
        .take(MAX_FILES)
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str() != own)
        .any(|entry| entry.path().join("metadata.json").is_file())
}

fn last_component(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    fn write(folder: &Path, file: &str, value: &Value) {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, value.to_string()).unwrap();
    }

    fn gate(bundle: &str) -> Value {
        json!({ "result": "PASS", "bundle": bundle, "margins": [0.5] })
    }

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

    #[test]
    fn transcripts_are_found_in_the_bundle_and_its_release_folder() {
        let release = tempfile::tempdir().unwrap();
        let bundle = release.path().join("a");
        write(&bundle, "metadata.json", &json!({}));
        write(&bundle, "gate.json", &gate("a"));
        write(
            &bundle,
            "gates/gate-other.json",
            &json!({ "another": "kind" }),
        );
        write(
            release.path(),
            "transcripts/gate-a.json",
            &gate("exports/a"),
        );
        write(release.path(), "gate-stranger.json", &gate("stranger"));
        assert_eq!(Transcript::of_bundle(&bundle, None).len(), 3);

        write(release.path(), "b/metadata.json", &json!({}));
        let found = Transcript::of_bundle(&bundle, None);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn what_is_not_json_is_kept_as_unreadable() {
        let release = tempfile::tempdir().unwrap();
        fs::write(release.path().join("gate.json"), "{").unwrap();
        let found = Transcript::of_bundle(release.path(), None);
        assert!(found[0].record.is_err());
    }
}
