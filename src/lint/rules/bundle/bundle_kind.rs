//! `bundle-kind`.

use serde_json::Value;

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-kind",
    family: Family::Bundle,
    level: Level::Error,
    summary: "kind is llm or vlm",
    explanation: include_str!("bundle_kind.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

/// Kinds of bundle the loader knows and the language engine does not run.
const OTHER_KINDS: [&str; 3] = ["diffusion", "segmenter", "speech_recognizer"];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(root) = manifest::root(context) else {
        return;
    };
    let (actual, outcome) = match root.get("kind") {
        Some(Value::String(kind)) => match kind.as_str() {
            "llm" | "vlm" => return,
            kind if OTHER_KINDS.contains(&kind) => {
                if !manifest::is_language(context) {
                    return;
                }
                (manifest::shown(&root["kind"]), "kindMismatch")
            }
            _ => (manifest::shown(&root["kind"]), "malformedMetadata"),
        },
        None => ("absent".to_owned(), "malformedMetadata"),
        Some(other) => (manifest::shown(other), "malformedMetadata"),
    };
    findings
        .report(
            "kind",
            format!("kind is {actual} and must be \"llm\" or \"vlm\", so the language engine refuses the bundle with `{outcome}`"),
        )
        .expected("\"llm\" or \"vlm\"")
        .actual(actual)
        .help("a text model is \"llm\"; the spelling is exact");
}
