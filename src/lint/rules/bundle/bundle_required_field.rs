//! `bundle-required-field`.

use serde_json::Value;

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
}

const REQUIRED: [Required; 5] = [
    Required {
        pointer: "/name",
        kind: "a string",
        accepts: Value::is_string,
        outcome: "malformedMetadata",
    },
    Required {
        pointer: "/assets/main",
        kind: "a string",
        accepts: Value::is_string,
        outcome: "missingField(\"assets.main\")",
    },
    Required {
        pointer: "/language/tokenizer",
        kind: "a string",
        accepts: Value::is_string,
        outcome: "DecodingError",
    },
    Required {
        pointer: "/language/vocab_size",
        kind: "an integer",
        accepts: manifest::is_integer,
        outcome: "DecodingError",
    },
    Required {
        pointer: "/language/max_context_length",
        kind: "an integer",
        accepts: manifest::is_integer,
        outcome: "DecodingError",
    },
];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(root) = manifest::root(context) else {
        return;
    };
    // A parent of the wrong type is one finding of its own, not one for each of its fields.
    let usable = |key: &str| root.get(key).is_none_or(Value::is_object);
    if root.get("language").is_none_or(Value::is_null) {
        missing_language(findings);
    }
    for field in &REQUIRED {
        let path = field.pointer[1..].replace('/', ".");
        let parent = path.split_once('.').map(|(parent, _)| parent);
        let absent_language = parent == Some("language") && !root.contains_key("language");
        if parent.is_some_and(|parent| !usable(parent)) || absent_language {
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
            .help("the exporter leaves null where the model keeps the value in a nested text configuration; fill it in");
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
