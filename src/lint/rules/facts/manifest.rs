//! The manifest's raw values.

use serde_json::{Map, Value};

use crate::checkout::capability::Feature;
use crate::files::json::integer;
use crate::finding::Level;
use crate::lint::{Context, Findings};

/// Longest JSON text shown in a message, characters.
const SHOWN: usize = 48;

/// The manifest's root, if the file is a bundle's manifest at all.
///
/// Other tools keep a `metadata.json` of their own; without any of the keys that make a bundle's,
/// the loader's field rules have nothing to say about it.
pub(in crate::lint::rules) fn root<'a>(context: &Context<'a>) -> Option<&'a Map<String, Value>> {
    let root = context.manifest()?.document.value.as_object()?;
    ["metadata_version", "assets", "language"]
        .iter()
        .any(|key| root.contains_key(*key))
        .then_some(root)
}

/// True where the manifest is a language model's: by its kind, or because it has a `language` object in spite of it.
pub(in crate::lint::rules) fn is_language(context: &Context<'_>) -> bool {
    let language = value(context, "/language").is_some_and(Value::is_object);
    language
        || context
            .manifest()
            .is_some_and(|manifest| manifest.may_be_language())
}

/// The value at a JSON pointer of a bundle's manifest; null counts as a value.
pub(in crate::lint::rules) fn value<'a>(context: &Context<'a>, pointer: &str) -> Option<&'a Value> {
    root(context)?;
    context.manifest()?.document.value.pointer(pointer)
}

/// The string at a JSON pointer of a bundle's manifest.
pub(in crate::lint::rules) fn text<'a>(context: &Context<'a>, pointer: &str) -> Option<&'a str> {
    value(context, pointer)?.as_str()
}

/// True where the loader accepts the value as an integer: a whole number, however it is written.
pub(in crate::lint::rules) fn is_integer(value: &Value) -> bool {
    integer(value).is_some()
}

/// The JSON text of a value, shortened.
pub(in crate::lint::rules) fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= SHOWN {
        return text;
    }
    text.chars().take(SHOWN - 1).chain(['…']).collect()
}

/// How bad a field is that came in September 2026 and that its decoder does not take: an engine without it reads past it.
pub(in crate::lint::rules) fn autumn_level(context: &Context<'_>) -> Level {
    match context.engine {
        Some(engine) if engine.is(Feature::ManifestOfAugust) => Level::Note,
        _ => Level::Error,
    }
}

/// Reports a field that the decoder of engines which read it does not take.
pub(in crate::lint::rules) fn undecodable(
    context: &Context<'_>,
    findings: &mut Findings<'_>,
    subject: &str,
    value: &Value,
    expected: &str,
) {
    let actual = shown(value);
    findings
        .report(
            subject,
            format!("{subject} is {actual} and must be {expected}, so engines that read the field cannot decode the manifest"),
        )
        .level(autumn_level(context))
        .expected(expected)
        .actual(actual)
        .help(format!("write {expected} in {subject}, or leave it out"));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_values_are_shortened_by_characters() {
        assert_eq!(shown(&json!({ "a": 1 })), r#"{"a":1}"#);
        let long = shown(&json!("é".repeat(100)));
        assert_eq!(long.chars().count(), SHOWN);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn whole_numbers_are_integers() {
        for good in [json!(0), json!(-3), json!(4096.0)] {
            assert!(is_integer(&good), "{good}");
        }
        for bad in [json!("4096"), json!(4096.5), json!(null), json!(1e300)] {
            assert!(!is_integer(&bad), "{bad}");
        }
    }
}
