//! `metadata_version` is the string `"0.2"`.

use serde_json::Value;

use super::{Fix, Fixable, Repair, set};
use crate::bundle::Manifest;

/// The fix.
pub(super) const FIX: Fix = Fix {
    rules: &["bundle-version"],
    change,
};

/// Certain where `0.2` is meant by its spelling, or where nothing is said and every field that 0.2 needs is there.
fn change(case: &Fixable<'_>) -> Option<Repair> {
    let manifest = case.target.manifest.present()?;
    let meant = match case.manifest("/metadata_version") {
        None | Some(Value::Null) => is_complete(manifest),
        Some(Value::Number(number)) => number.as_f64() == Some(0.2),
        Some(Value::String(text)) => match text.trim().trim_start_matches(['v', 'V']) {
            "0.2" | "0.2.0" | "0,2" | ".2" => true,
            "" | "0.1" => is_complete(manifest),
            _ => false,
        },
        Some(_) => false,
    };
    meant.then(|| set("/metadata_version", "0.2")).flatten()
}

/// True if every field that 0.2 requires is there and of its type.
fn is_complete(manifest: &Manifest) -> bool {
    let language = manifest.language();
    let complete = language.is_some_and(|language| {
        language.tokenizer().is_some()
            && language.vocab_size().is_some()
            && language.max_context_length().is_some()
    });
    complete
        && manifest.kind().is_some()
        && manifest.name().is_some()
        && manifest.main_asset().is_some()
}
