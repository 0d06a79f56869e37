//! The asset's own `metadata.json`.

use serde_json::{Map, Value};

use super::AssetMetadata;

/// The asset version this reader, like Apple's, knows.
const SUPPORTED_VERSION: &str = "2.0";
const EXPORT_AGAIN: &str = "export the asset again with coreai-core";

/// Why a `metadata.json` is refused.
pub(super) struct MetadataProblem {
    pub(super) message: String,
    pub(super) offset: Option<u64>,
    pub(super) help: &'static str,
}

/// Reads the known keys; others are the creator's business.
pub(super) fn parse(bytes: &[u8]) -> Result<AssetMetadata, MetadataProblem> {
    let text = str::from_utf8(bytes).map_err(|error| MetadataProblem {
        message: format!("not UTF-8 from byte {} on", error.valid_up_to()),
        offset: Some(error.valid_up_to() as u64),
        help: "save the file as UTF-8",
    })?;
    let value: Value = serde_json::from_str(text).map_err(|error| MetadataProblem {
        message: format!("not JSON: {error}"),
        offset: None,
        help: EXPORT_AGAIN,
    })?;
    let Value::Object(object) = value else {
        return Err(problem("expected a JSON object".to_owned()));
    };
    check_version(&object)?;
    Ok(AssetMetadata {
        asset_version: text_field(&object, "assetVersion")?,
        producer: text_field(&object, "producer")?,
        creation_date: text_field(&object, "creationDate")?,
        author: text_field(&object, "author")?,
        license: text_field(&object, "license")?,
        description: text_field(&object, "description")?,
        source_hash: text_field(&object, "sourceHash")?,
        creator_defined: object.get("creatorDefinedMetadata").cloned(),
    })
}

fn check_version(object: &Map<String, Value>) -> Result<(), MetadataProblem> {
    match text_field(object, "assetVersion")?.as_deref() {
        Some(SUPPORTED_VERSION) => Ok(()),
        Some(other) => Err(MetadataProblem {
            message: format!(
                "assetVersion {other:?} is not supported (this reader knows {SUPPORTED_VERSION:?})"
            ),
            offset: None,
            help: "use a granite-bundle that knows this version, or export the asset again",
        }),
        None => Err(problem("assetVersion is missing".to_owned())),
    }
}

fn text_field(object: &Map<String, Value>, key: &str) -> Result<Option<String>, MetadataProblem> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(problem(format!("{key} is not a string"))),
    }
}

fn problem(message: String) -> MetadataProblem {
    MetadataProblem {
        message,
        offset: None,
        help: EXPORT_AGAIN,
    }
}
