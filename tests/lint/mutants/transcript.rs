//! Numeric gates that do not show what a release needs.

use granite_bundle_testkit::bundle::Bundle;
use serde_json::{Value, json};

use super::{Change, Mutant};
use crate::good::Base;

const fn bundle(
    name: &'static str,
    change: fn(&mut Bundle),
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, Base::Int8lin, Change::Bundle(change), caught)
}

/// A gate that was passed, with one thing changed.
fn gate(bundle: &mut Bundle, change: impl FnOnce(&mut Value)) {
    let mut gate = json!({
        "result": "PASS",
        "bundle": Base::Int8lin.name(),
        "prompt_ids": [100_264, 882, 100_265, 6151, 100_257],
        "positions": [{ "margin": 3.5, "match": true }, { "margin": 0.4, "match": true }],
        "match": "2/2",
    });
    change(&mut gate);
    put(bundle, gate.to_string());
}

/// A gate in which both sides ran on their own and the engine left the oracle at a tie, with one thing changed.
fn free_run(bundle: &mut Bundle, change: impl FnOnce(&mut Value)) {
    let mut gate = json!({
        "schema": "coreai-gate-transcript/1",
        "result": "PASS_TIE",
        "bundle": Base::Int8lin.name(),
        "input_ids": [791, 6864, 315, 9822, 374],
        "protocol": { "prompt": "The capital of France is", "max_new_tokens": 16, "greedy": true },
        "oracle": { "gen_ids": [12366, 13], "gen_text": " Paris.", "top2_margins": [0.4228, 0.0163] },
        "engine": { "gen_ids": [12366, 0], "gen_text": " Paris!" },
        "match": { "exact_prefix": 1, "of": 2, "first_divergence": 1 },
    });
    change(&mut gate);
    put(bundle, gate.to_string());
}

fn put(bundle: &mut Bundle, text: String) {
    bundle
        .files
        .insert("gates/gate.json".into(), text.into_bytes());
}

pub(super) const MUTANTS: &[Mutant] = &[
    bundle(
        "a gate that failed",
        |bundle| gate(bundle, |gate| gate["result"] = json!("FAIL")),
        &["error transcript-result"],
    ),
    bundle(
        "a gate with a differing position",
        |bundle| {
            gate(bundle, |gate| {
                gate["positions"][1]["match"] = json!(false);
                gate["match"] = json!("1/2");
            });
        },
        &["error transcript-positions"],
    ),
    bundle(
        "a gate whose oracle hesitated",
        |bundle| gate(bundle, |gate| gate["positions"][1]["margin"] = json!(0.03)),
        &["error transcript-margin"],
    ),
    bundle(
        "the gate of another bundle",
        |bundle| gate(bundle, |gate| gate["bundle"] = json!(Base::Int8hu.name())),
        &["error transcript-bundle"],
    ),
    bundle(
        "a free run that left the oracle at a decisive token",
        |bundle| free_run(bundle, |gate| gate["engine"]["gen_ids"] = json!([0, 13])),
        &["error transcript-free-running"],
    ),
    bundle(
        "a free run whose verdict is not borne out",
        |bundle| {
            free_run(bundle, |gate| {
                gate["oracle"]["top2_margins"] = json!([0.4228, 0.5])
            })
        },
        &["error transcript-free-running"],
    ),
    bundle(
        "a gate cut by a full disk",
        |bundle| put(bundle, "{ \"result\": \"PA".to_owned()),
        &["error transcript-unreadable"],
    ),
];
