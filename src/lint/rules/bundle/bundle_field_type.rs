//! `bundle-field-type`.

use serde_json::Value;

use crate::bundle::pointer;
use crate::finding::{Finding, Level};
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-field-type",
    family: Family::Bundle,
    level: Level::Error,
    summary: "optional fields, where present, have the type the loader decodes",
    explanation: include_str!("bundle_field_type.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

/// An optional field and the type the loader decodes.
struct Optional {
    pointer: &'static str,
    kind: &'static str,
    accepts: fn(&Value) -> bool,
}

/// Fields whose inner shape other rules look at are here for their outer type only.
const OPTIONAL: [Optional; 8] = [
    object("/assets"),
    object("/language"),
    object("/user_data"),
    object("/vision"),
    object("/language/function_map"),
    object("/language/states"),
    object("/language/vision"),
    Optional {
        pointer: "/language/embedded_tokenizer",
        kind: "a boolean",
        accepts: Value::is_boolean,
    },
];

const fn object(pointer: &'static str) -> Optional {
    Optional {
        pointer,
        kind: "an object",
        accepts: Value::is_object,
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for field in &OPTIONAL {
        // Null is absence to the decoder; what must not be absent is another rule's to say.
        let Some(value) = manifest::value(context, field.pointer).filter(|value| !value.is_null())
        else {
            continue;
        };
        if !(field.accepts)(value) {
            report(
                findings,
                &field.pointer[1..].replace('/', "."),
                field.kind,
                value,
            );
        }
    }
    let assets = manifest::value(context, "/assets").and_then(Value::as_object);
    for (role, value) in assets.into_iter().flatten() {
        if role != "main" && !value.is_string() {
            report(findings, &format!("assets.{role}"), "a string", value).pointer =
                Some(pointer("/assets", role));
        }
    }
}

fn report<'f>(
    findings: &'f mut Findings<'_>,
    path: &str,
    kind: &str,
    value: &Value,
) -> &'f mut Finding {
    let actual = manifest::shown(value);
    findings
        .report(
            path,
            format!(
                "{path} is {actual} and must be {kind}, so the engine cannot decode the manifest"
            ),
        )
        .expected(kind)
        .actual(actual)
        .help("correct the value, or leave the field out")
}
