//! The chat template: where it is, and whether it parses.

use std::path::Path;

use serde_json::Value;

use super::jinja::{self, Parsing};
use super::{JsonError, json};
use crate::files;

/// Largest template read, bytes; published ones have up to about 30 thousand.
const MAX_TEMPLATE_BYTES: u64 = 1 << 20;

/// A chat template and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatTemplate {
    /// File it came from, relative to the bundle.
    pub source: String,
    /// Its text.
    pub text: String,
}

impl ChatTemplate {
    /// Parses the text as Jinja.
    pub fn parse(&self) -> Parsing {
        jinja::parse(&self.text)
    }

    /// The text as a renderer of Jinja takes it: `generation` blocks are blocks like any other.
    pub fn prepared(&self) -> std::borrow::Cow<'_, str> {
        jinja::known_statements(&self.text)
    }

    /// True if the template writes the end token: by its text, or as the variable `eos_token`.
    pub fn mentions_end(&self, eos_token: Option<&str>) -> bool {
        self.text.contains("eos_token") || eos_token.is_some_and(|eos| self.text.contains(eos))
    }
}

/// The text of a template file.
pub(super) fn read_text(path: &Path) -> Result<String, JsonError> {
    let bytes =
        files::read_stranger(path, MAX_TEMPLATE_BYTES).map_err(|error| error.into_json(path))?;
    json::text(path, bytes)
}

/// The template in a configuration: a string, or the `default` (else the first) of a list of named ones.
pub(super) fn in_document(document: &Value) -> Option<&str> {
    match document.get("chat_template")? {
        Value::String(text) => Some(text),
        Value::Array(named) => {
            let default = named.iter().find(|entry| entry["name"] == "default");
            default.or(named.first())?.get("template")?.as_str()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(text: &str) -> ChatTemplate {
        ChatTemplate {
            source: String::new(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn the_end_token_is_found_by_text_or_name() {
        assert!(template("a<|end|>").mentions_end(Some("<|end|>")));
        assert!(template("{{ eos_token }}").mentions_end(None));
        assert!(!template("a").mentions_end(Some("<|end|>")));
    }

    #[test]
    fn the_default_of_several_templates_is_taken() {
        let document = json!({"chat_template": [
            {"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]});
        assert_eq!(in_document(&document), Some("d"));
        assert_eq!(in_document(&json!({"chat_template": 3})), None);
    }
}
