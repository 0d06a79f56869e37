//! `bundle-required-field`.

use serde_json::{Map, Value};

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-required-field",
    family: Family::Bundle,
    level: Level::Error,
    summary: "required fields are there and of their type",
    explanation: include_str!("bundle_required_field.md"),
    provenance: &[Provenance::Engine, Provenance::Community],
    needs: &[Need::Manifest],
    check,
};

/// A field the loader cannot do without.
struct Required {
    pointer: &'static str,
    kind: &'static str,
    accepts: fn(&Value) -> bool,
    outcome: &'static str,
    help: &'static str,
}

/// What to do about a number that the exporter did not find.
const NESTED: &str =
    "take it from the model's configuration; the exporter writes null where it is nested";

const REQUIRED: [Required; 5] = [
    Required {
        pointer: "/name",
        kind: "a string",
        accepts: Value::is_string,
        outcome: "malformedMetadata",
        help: "add the bundle's name",
    },
    Required {
        pointer: "/assets/main",
        kind: "a string",
        accepts: Value::is_string,
        outcome: "missingField(\"assets.main\")",
        help: "name the asset's folder, relative to the bundle",
    },
    Required {
        pointer: "/language/tokenizer",
        kind: "a string",
        accepts: Value::is_string,
        outcome: "DecodingError",
        help: "write the hub id of the tokenizer, such as the source model's",
    },
    Required {
        pointer: "/language/vocab_size",
        kind: "an integer",
        accepts: manifest::is_integer,
        outcome: "DecodingError",
        help: NESTED,
    },
    Required {
        pointer: "/language/max_context_length",
        kind: "an integer",
        accepts: manifest::is_integer,
        outcome: "DecodingError",
        help: NESTED,
    },
];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(root) = manifest::root(context) else {
        return;
    };
    let is_language = manifest::is_language(context);
    if is_language && root.get("language").is_none_or(Value::is_null) {
        missing_language(findings);
    }
    let required = if is_language {
        &REQUIRED[..]
    } else {
        &REQUIRED[..1]
    };
    for field in required {
        let path = field.pointer[1..].replace('/', ".");
        let parent = path.split_once('.').map(|(parent, _)| parent);
        if parent.is_some_and(|parent| is_said_once(root, parent)) {
            continue;
        }
        let value = manifest::value(context, field.pointer);
        if value.is_some_and(field.accepts) {
            continue;
        }
        let actual = value.map_or_else(|| "absent".to_owned(), manifest::shown);
        findings
            .report(
                path.as_str(),
                format!(
                    "{path} is {actual} and must be {}, so the engine refuses the bundle with `{}`",
                    field.kind, field.outcome
                ),
            )
            .expected(field.kind)
            .actual(actual)
            .help(field.help);
    }
}

/// True for a parent that is one finding, here or as a wrong type, and not one for each of its fields.
fn is_said_once(root: &Map<String, Value>, parent: &str) -> bool {
    match root.get(parent) {
        None | Some(Value::Null) => parent == "language",
        Some(value) => !value.is_object(),
    }
}

fn missing_language(findings: &mut Findings<'_>) {
    findings
        .report(
            "language",
            "language is absent and must be an object, so the engine refuses the bundle with `missingField(\"language\")`",
        )
        .expected("an object")
        .actual("absent")
        .help("export the bundle again as a language bundle");
}
