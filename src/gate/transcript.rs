//! The transcript of a gate, as `lint` reads it.

use serde_json::{Value, json};

use super::{Comparison, Mode, Oracle};

/// The transcript: of two that ran on their own, the oracle's document with this run's side in it; else a list of
/// positions.
pub fn document(
    gate: &Comparison,
    oracle: &Oracle,
    bundle: &str,
    texts: Option<(&str, &str)>,
) -> Value {
    let result = match (gate.passes(), gate.first_divergence) {
        (false, _) => "FAIL",
        (true, Some(_)) if gate.mode == Mode::Free => "PASS_TIE",
        (true, _) => "PASS",
    };
    let got: Vec<u32> = gate.positions.iter().map(|position| position.got).collect();
    let (oracle_text, bundle_text) = texts.unzip();
    if gate.mode == Mode::Free {
        let mut document = match &oracle.source {
            Value::Object(fields) => fields.clone(),
            _ => serde_json::Map::new(),
        };
        document.insert("schema".to_owned(), json!("coreai-gate-transcript/1"));
        document.insert("bundle".to_owned(), json!(bundle));
        document.insert(
            "engine".to_owned(),
            json!({"gen_ids": got, "gen_text": bundle_text}),
        );
        let prefix = gate.first_divergence.unwrap_or(gate.positions.len());
        document.insert(
            "match".to_owned(),
            json!({
                "exact_prefix": prefix,
                "of": gate.positions.len(),
                "first_divergence": gate.first_divergence,
            }),
        );
        document.insert("result".to_owned(), json!(result));
        return Value::Object(document);
    }
    let expected: Vec<u32> = gate
        .positions
        .iter()
        .map(|position| position.expected)
        .collect();
    let margins: Vec<_> = gate
        .positions
        .iter()
        .map(|position| position.oracle_margin)
        .collect();
    let agree: Vec<bool> = gate.positions.iter().map(super::Compared::agrees).collect();
    let mut document = json!({
        "schema": "coreai-verify-transcript/1",
        "bundle": bundle,
        "input_ids": oracle.prompt,
        "oracle_ids": expected,
        "bundle_ids": got,
        "margins": margins,
        "match": agree,
        "result": result,
    });
    if let (Some(oracle), Some(bundle)) = (oracle_text, bundle_text) {
        document["oracle_text"] = json!(oracle);
        document["bundle_text"] = json!(bundle);
    }
    document
}
