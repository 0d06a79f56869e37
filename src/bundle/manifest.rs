//! The bundle's `metadata.json`, version 0.2.

use serde_json::Value;

use super::JsonDocument;
use crate::files::json::integer;

/// The manifest: the raw document, with lenient views of the known fields.
///
/// A view is `None` when the field is absent, null or of another type; a rule that must tell these
/// apart looks at `document.value`.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The whole document.
    pub document: JsonDocument,
}

/// Lenient view of the `language` object.
#[derive(Debug, Clone, Copy)]
pub struct Language<'a> {
    object: &'a Value,
}

impl Manifest {
    /// `metadata_version`.
    pub fn metadata_version(&self) -> Option<&str> {
        self.string("metadata_version")
    }

    /// `kind`.
    pub fn kind(&self) -> Option<&str> {
        self.string("kind")
    }

    /// `name`.
    pub fn name(&self) -> Option<&str> {
        self.string("name")
    }

    /// `assets.main`.
    pub fn main_asset(&self) -> Option<&str> {
        self.document.value.pointer("/assets/main")?.as_str()
    }

    /// `assets`: each role with the path it declares; roles that declare anything else are left out.
    pub fn assets(&self) -> impl Iterator<Item = (&str, &str)> {
        let declared = self.document.value.get("assets").and_then(Value::as_object);
        declared
            .into_iter()
            .flatten()
            .filter_map(|(role, path)| Some((role.as_str(), path.as_str()?)))
    }

    /// False where `kind` is one that no language engine loads.
    pub fn may_be_language(&self) -> bool {
        matches!(self.kind(), None | Some("llm" | "vlm"))
    }

    /// `language`.
    pub fn language(&self) -> Option<Language<'_>> {
        let object = self.document.value.get("language")?;
        object.is_object().then_some(Language { object })
    }

    fn string(&self, key: &str) -> Option<&str> {
        self.document.value.get(key)?.as_str()
    }
}

impl<'a> Language<'a> {
    /// `tokenizer`, a hub id.
    pub fn tokenizer(&self) -> Option<&'a str> {
        self.object.get("tokenizer")?.as_str()
    }

    /// `vocab_size`.
    pub fn vocab_size(&self) -> Option<i64> {
        integer(self.object.get("vocab_size")?)
    }

    /// `max_context_length`, tokens.
    pub fn max_context_length(&self) -> Option<i64> {
        integer(self.object.get("max_context_length")?)
    }

    /// `embedded_tokenizer`; absent means true.
    pub fn embedded_tokenizer(&self) -> bool {
        self.object
            .get("embedded_tokenizer")
            .and_then(Value::as_bool)
            .unwrap_or(true)
    }

    /// `function_map.main[0]`, the function the engine loads; absent means `main`.
    pub fn main_function(&self) -> &'a str {
        self.object
            .pointer("/function_map/main/0")
            .and_then(Value::as_str)
            .unwrap_or("main")
    }
}
