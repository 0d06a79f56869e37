//! `bundle-overrides`.

use serde_json::Value;

use crate::files::json::integer;
use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-overrides",
    family: Family::Bundle,
    level: Level::Error,
    summary: "language.overrides holds what the decoder takes",
    explanation: include_str!("bundle_overrides.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

/// A field of the overrides and what the decoder takes for it.
struct Override {
    name: &'static str,
    kind: &'static str,
    accepts: fn(&Value) -> bool,
}

const FIELDS: [Override; 3] = [
    Override {
        name: "sliding_window",
        kind: "a whole number",
        accepts: |value| integer(value).is_some(),
    },
    Override {
        name: "rope",
        kind: "an object",
        accepts: Value::is_object,
    },
    Override {
        name: "final_logit_softcapping",
        kind: "a number above 0",
        accepts: |value| value.as_f64().is_some_and(|cap| cap > 0.0),
    },
];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let overrides = manifest::value(context, "/language/overrides");
    let Some(overrides) = overrides.filter(|value| !value.is_null()) else {
        return;
    };
    if !overrides.is_object() {
        manifest::undecodable(
            context,
            findings,
            "language.overrides",
            overrides,
            "an object",
        );
    }
    for field in &FIELDS {
        let value = overrides.get(field.name).filter(|value| !value.is_null());
        if let Some(value) = value.filter(|value| !(field.accepts)(value)) {
            let subject = format!("language.overrides.{}", field.name);
            manifest::undecodable(context, findings, &subject, value, field.kind);
        }
    }
}
