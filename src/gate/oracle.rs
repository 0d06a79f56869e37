//! What an oracle said, read from a published transcript.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::files::json::natural;

/// An oracle's run.
#[derive(Debug, Clone, PartialEq)]
pub struct Oracle {
    /// The ids it began with.
    pub prompt: Vec<u32>,
    /// The tokens it chose.
    pub ids: Vec<u32>,
    /// By how much its greatest logit exceeded the second at each; `None` where it is not recorded.
    pub margins: Vec<Option<f64>>,
    /// The transcript, as it was read.
    pub source: Value,
}

/// Why a transcript gives no oracle.
#[derive(Debug, thiserror::Error)]
#[error("{}: {message}", path.display())]
pub struct OracleError {
    /// The transcript.
    pub path: PathBuf,
    /// What is missing.
    pub message: String,
}

impl Oracle {
    /// The oracle's side of a transcript: `coreai-gate-transcript/1`, or one with `oracle_ids`; at most as many tokens as
    /// its protocol allows.
    ///
    /// # Errors
    /// A prompt or tokens that are missing or no ids.
    pub fn of(path: &Path, source: Value) -> Result<Oracle, OracleError> {
        let failed = |message: &str| OracleError {
            path: path.to_owned(),
            message: message.to_owned(),
        };
        let ids = |pointer: &str| {
            let list = source.pointer(pointer).and_then(Value::as_array)?;
            let id = |value: &Value| u32::try_from(natural(value)?).ok();
            list.iter().map(id).collect::<Option<Vec<_>>>()
        };
        let prompt = ids("/input_ids").filter(|ids| !ids.is_empty());
        let prompt =
            prompt.ok_or_else(|| failed("it has no `input_ids`, the prompt to begin with"))?;
        let chosen = ids("/oracle/gen_ids").or_else(|| ids("/oracle_ids"));
        let mut chosen = chosen.filter(|ids| !ids.is_empty()).ok_or_else(|| {
            failed("it has no `oracle.gen_ids` or `oracle_ids`, what the oracle chose")
        })?;
        let limit = source.pointer("/protocol/max_new_tokens").and_then(natural);
        let limit = limit.and_then(|limit| usize::try_from(limit).ok());
        chosen.truncate(limit.unwrap_or(usize::MAX));
        let margins = ["/oracle/top2_margins", "/margins"]
            .iter()
            .find_map(|pointer| source.pointer(pointer)?.as_array());
        let margins = margins.map_or(&[][..], Vec::as_slice);
        Ok(Oracle {
            prompt,
            ids: chosen,
            margins: margins.iter().map(Value::as_f64).collect(),
            source,
        })
    }

    /// The name of the bundle that the transcript is of.
    pub fn bundle(&self) -> Option<&str> {
        let path = self.source.get("bundle").and_then(Value::as_str)?;
        path.trim_end_matches('/').rsplit('/').next()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    fn oracle(value: Value) -> Result<Oracle, String> {
        Oracle::of(Path::new("gate.json"), value).map_err(|error| error.to_string())
    }

    #[test]
    fn both_kinds_of_transcripts_are_read() {
        let published = oracle(json!({
            "schema": "coreai-gate-transcript/1", "bundle": "exports/granite/", "input_ids": [791, 6864],
            "protocol": { "max_new_tokens": 2 },
            "oracle": { "gen_ids": [12366, 13, 9], "top2_margins": [0.4228, 0.163, null] },
        }));
        let published = published.unwrap();
        assert_eq!(published.ids, [12366, 13]);
        assert_eq!(published.margins[..2], [Some(0.4228), Some(0.163)]);
        assert_eq!(published.bundle(), Some("granite"));
        let fed = oracle(json!({"input_ids": [1], "oracle_ids": [2], "margins": [0.5]}));
        assert_eq!(
            (fed.clone().unwrap().ids, fed.unwrap().margins),
            (vec![2], vec![Some(0.5)])
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let missing = oracle(json!({"oracle_ids": [2]})).unwrap_err();
        assert!(missing.contains("input_ids"), "{missing}");
        let missing = oracle(json!({"input_ids": [2], "oracle_ids": [-1]})).unwrap_err();
        assert!(missing.contains("oracle_ids"), "{missing}");
    }
}
