//! JSON files read with a size and depth limit, and the line of every JSON pointer in them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::lines;
use crate::files::json::{Limits, exceeds};
use crate::files::{self, FileError, FileFault};

/// A JSON file, parsed.
#[derive(Debug, Clone)]
pub struct JsonDocument {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Its root value.
    pub value: Value,
}

/// Why a JSON file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", files::shown(path))]
pub struct JsonError {
    /// The file at fault.
    pub path: PathBuf,
    /// Which kind of reason.
    pub fault: FileFault,
    /// Byte offset, where there is one.
    pub offset: Option<u64>,
    /// 1-based line, where there is one.
    pub line: Option<u32>,
    /// What is wrong and what was expected, one sentence.
    pub message: String,
    /// What the user can do.
    pub help: Option<String>,
}

impl JsonDocument {
    /// Reads a file within [`Limits::DOCUMENT`], nested at most [`MAX_DEPTH`](crate::files::json::MAX_DEPTH) deep.
    ///
    /// # Errors
    /// It cannot be read, is over a limit, or is not JSON in UTF-8.
    pub fn read(path: &Path) -> Result<JsonDocument, JsonError> {
        JsonDocument::read_within(path, Limits::DOCUMENT)
    }

    /// The same within other limits.
    ///
    /// # Errors
    /// As of [`read`](JsonDocument::read).
    pub fn read_within(path: &Path, limits: Limits) -> Result<JsonDocument, JsonError> {
        let bytes =
            files::read_stranger(path, limits.bytes).map_err(|error| error.into_json(path))?;
        JsonDocument::parse_within(path, bytes, limits)
    }

    /// Parses a file's content within [`Limits::DOCUMENT`].
    ///
    /// # Errors
    /// It is over a limit, or is not JSON in UTF-8.
    pub fn parse(path: &Path, bytes: Vec<u8>) -> Result<JsonDocument, JsonError> {
        JsonDocument::parse_within(path, bytes, Limits::DOCUMENT)
    }

    fn parse_within(
        path: &Path,
        bytes: Vec<u8>,
        limits: Limits,
    ) -> Result<JsonDocument, JsonError> {
        let text = text(path, bytes)?;
        if exceeds(&text, limits) {
            return Err(JsonError::too_many(path, limits));
        }
        let value = serde_json::from_str(&text)
            .map_err(|error| JsonError::syntax(path, text.as_bytes(), &error))?;
        Ok(JsonDocument {
            path: path.to_owned(),
            text,
            value,
        })
    }

    /// Keys that stand twice in one object, the first few of them.
    pub fn repeated_keys(&self) -> Vec<super::RepeatedKey> {
        super::repeated::repeated(&self.text)
    }

    /// The 1-based line on which the value at a JSON pointer (its key, for an object member) starts.
    ///
    /// A pointer to nothing gives the line of its nearest existing ancestor.
    pub fn line_of(&self, pointer: &str) -> u32 {
        lines::line_of(&self.text, pointer)
    }
}

impl JsonError {
    /// An error without a place in the file.
    pub(super) fn whole(path: &Path, message: String, help: Option<&str>) -> JsonError {
        JsonError {
            path: path.to_owned(),
            fault: FileFault::Content,
            offset: None,
            line: None,
            message,
            help: help.map(str::to_owned),
        }
    }

    /// More values than are read into a tree.
    fn too_many(path: &Path, limits: Limits) -> JsonError {
        JsonError {
            fault: FileFault::Limit,
            ..JsonError::whole(
                path,
                format!(
                    "holds more than the {} values this tool reads of such a file",
                    limits.values
                ),
                Some("check that the right file is in this place"),
            )
        }
    }

    /// A parser's complaint, with the place turned into a byte offset.
    pub(super) fn syntax(path: &Path, bytes: &[u8], error: &serde_json::Error) -> JsonError {
        let line = error.line();
        let start = bytes
            .split_inclusive(|byte| *byte == b'\n')
            .take(line.saturating_sub(1))
            .map(<[u8]>::len)
            .sum::<usize>();
        let offset = match error.is_eof() {
            true => bytes.len(),
            false => (start + error.column().saturating_sub(1)).min(bytes.len()),
        };
        let cause = error.to_string();
        let cause = cause.split(" at line ").next().unwrap_or_default();
        let is_deep = cause.starts_with("recursion limit");
        let message = if is_deep {
            format!("is nested more than 128 deep at line {line}")
        } else if bytes.is_empty() {
            "is empty, and a JSON object was expected".to_owned()
        } else if error.is_data() {
            format!("is not what it should be at line {line}: {cause}")
        } else {
            format!("is not valid JSON at line {line}: {cause}")
        };
        JsonError {
            path: path.to_owned(),
            fault: match is_deep {
                true => FileFault::Limit,
                false => FileFault::Content,
            },
            offset: Some(offset as u64),
            line: u32::try_from(line.max(1)).ok(),
            message,
            help: Some("restore the file from the export, or mend it at that place".to_owned()),
        }
    }
}

impl FileError {
    /// The same error, as one of a JSON file.
    pub(super) fn into_json(self, path: &Path) -> JsonError {
        JsonError {
            fault: self.fault,
            ..JsonError::whole(path, self.message, self.help.as_deref())
        }
    }
}

/// The text of a UTF-8 file without a byte order mark.
pub(super) fn text(path: &Path, bytes: Vec<u8>) -> Result<String, JsonError> {
    let at = |offset: usize, message: String| JsonError {
        path: path.to_owned(),
        fault: FileFault::Content,
        offset: Some(offset as u64),
        line: u32::try_from(
            1 + bytes[..offset]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count(),
        )
        .ok(),
        message,
        help: Some("save the file as UTF-8 without a byte order mark".to_owned()),
    };
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        let message = "starts with a byte order mark, and JSON starts with its first value";
        return Err(at(0, message.to_owned()));
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(at(0, "is UTF-16, and UTF-8 was expected".to_owned()));
    }
    match std::str::from_utf8(&bytes) {
        Ok(_) => {}
        Err(error) => {
            let offset = error.valid_up_to();
            let message = format!(
                "is not UTF-8: byte {:#04x} cannot stand here",
                bytes[offset]
            );
            return Err(at(offset, message));
        }
    }
    String::from_utf8(bytes).map_err(|_| JsonError::whole(path, "is not UTF-8".to_owned(), None))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn parse(bytes: &[u8]) -> Result<JsonDocument, JsonError> {
        JsonDocument::parse(Path::new("metadata.json"), bytes.to_vec())
    }

    #[test]
    fn a_syntax_error_has_line_and_offset() {
        let error = parse(b"{\n \"name\": nope\n}").unwrap_err();
        assert_eq!((error.line, error.offset), (Some(2), Some(12)));
        assert!(
            error.message.starts_with("is not valid JSON at line 2"),
            "{error}"
        );
    }

    #[test]
    fn bytes_that_are_not_utf8_are_located() {
        let error = parse(b"{\"name\": \"\xC3\x28\"}").unwrap_err();
        assert_eq!(error.offset, Some(10));
        assert!(error.message.contains("0xc3"), "{error}");
    }

    #[test]
    fn byte_order_marks_are_named() {
        assert!(
            parse(b"\xEF\xBB\xBF{}")
                .unwrap_err()
                .message
                .contains("byte order mark")
        );
        assert!(
            parse(b"\xFF\xFE{\0")
                .unwrap_err()
                .message
                .contains("UTF-16")
        );
    }

    #[test]
    fn a_nesting_bomb_is_refused() {
        let error = parse("[".repeat(100_000).as_bytes()).unwrap_err();
        assert_eq!(error.message, "is nested more than 128 deep at line 1");
        assert_eq!(error.offset, Some(127));
    }

    #[test]
    fn an_empty_file_is_no_object() {
        let error = parse(b"").unwrap_err();
        assert_eq!(error.message, "is empty, and a JSON object was expected");
    }
}
