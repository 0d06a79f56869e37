#![allow(clippy::unwrap_used)]

mod assets;
mod revisions;

use std::fs;

use granite_bundle_testkit::bundle::Bundle;
use granite_bundle_testkit::granite::{Geometry, Granite};
use granite_bundle_testkit::kinds;
use granite_bundle_testkit::program::{Element, Tensor};
use granite_bundle_testkit::scratch;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::checkout::capability::{Capability, Era, Feature, Presence};
use crate::checkout::swift::Dependency;

fn granite() -> Granite {
    Granite::fp16(Geometry::granite_350m())
}

/// A dynamic two-state decoder: what every era runs.
fn transformer() -> Granite {
    let mut granite = granite();
    granite.signature.inputs[0].1 = Tensor::new(Element::SI32, &[1, 0]).dynamic(1);
    granite.signature.outputs[0].1 = Tensor::new(Element::F16, &[1, 0, 100_352]).dynamic(1);
    granite.signature.states.truncate(2);
    granite
}

fn written(bundle: &Bundle) -> (TempDir, Target) {
    let folder = scratch::folder();
    bundle.write(&folder.path().join("b")).unwrap();
    let target = Target::open(&folder.path().join("b")).unwrap();
    (folder, target)
}

fn bundle(granite: &Granite) -> Bundle {
    Bundle::granite("b", granite)
}

/// A checkout of an era where these capabilities stand so and the rest are missing.
fn engine(era: &str, standings: &[(Capability, Presence)]) -> Survey {
    let mut engine = Survey {
        era: Era::new(era),
        ..Survey::default()
    };
    for (id, presence) in standings {
        let by_patch = matches!(presence, Presence::Patched | Presence::Patchable);
        engine.note(*id, Some(*presence), by_patch.then(|| PATCH.to_owned()));
    }
    match era {
        "E0" | "E1" => engine.features.insert(Feature::CachesByPosition),
        _ => engine.features.insert(Feature::CompiledTwin),
    };
    if era != "E0" {
        engine.features.insert(Feature::PrefixCache);
        engine.features.insert(Feature::VisionEngine);
    }
    if era == "E4c" {
        engine.features.insert(Feature::InputsByName);
        engine.features.insert(Feature::PrefillGraph);
    }
    engine
}

const AROUND: Surroundings<'_> = Surroundings {
    checkout: "engine",
    clone: None,
    takes_whole_stack: true,
    objections: &[],
    way_out: &[],
    better: Some(("0.2.0", Revisions::Here { edited: false })),
};

const PATCH: &str = "pipelined-extra-states";

fn stock_e3() -> Survey {
    engine(
        "E3",
        &[
            (Capability::ExtraStates, Presence::Native),
            (Capability::StaticStep, Presence::Patchable),
            (Capability::StaticWarmUp, Presence::Patchable),
        ],
    )
}

fn judge(bundle: &Bundle, engine: &Survey) -> Preflight {
    let (_folder, target) = written(bundle);
    examine(&target, engine, AROUND)
}

fn need<'a>(preflight: &'a Preflight, id: &str) -> &'a Condition {
    let mut needs = preflight.needs.iter();
    needs.find(|need| need.id == id).unwrap()
}

#[test]
fn granite_runs_on_the_newest_engine_after_the_patch() {
    let preflight = judge(&bundle(&granite()), &stock_e3());
    assert_eq!(preflight.verdict, Verdict::RunsAfterPatch, "{preflight:#?}");
    let states = need(&preflight, "extra-states");
    assert_eq!(states.outcome, ConditionState::Met(Provider::Native));
    assert!(
        states
            .detail
            .contains("4 states (keyCache, valueCache, convState, recState)")
    );
    let step = need(&preflight, "static-step");
    assert_eq!(step.outcome, ConditionState::AfterPatch(PATCH.to_owned()));
    assert!(
        step.detail
            .starts_with("ids are [1, 1] and logits [1, 1, 100352]")
    );
    assert_eq!(
        preflight.next[0],
        "granite-bundle patch apply --engine engine"
    );
    assert_eq!(
        preflight.next[1],
        "swift build -c release --package-path engine"
    );
    assert!(preflight.next[2].starts_with("COREAI_CHUNK_THRESHOLD=1 swift run -c release"));
}

#[test]
fn granite_runs_once_patched_though_no_app_may_import_the_shared_product() {
    let engine = engine(
        "E1",
        &[
            (Capability::ExtraStates, Presence::Patched),
            (Capability::StaticStep, Presence::Patched),
            (Capability::StaticChunk, Presence::Patched),
            (Capability::StaticWarmUp, Presence::Patched),
        ],
    );
    let preflight = judge(&bundle(&granite()), &engine);
    assert_eq!(preflight.verdict, Verdict::Runs, "{preflight:#?}");
    let shared = need(&preflight, "shared-product");
    assert_eq!(
        (shared.required, &shared.outcome),
        (false, &ConditionState::Unmet)
    );
    assert_eq!(preflight.next.len(), 2);
}

#[test]
fn an_engine_that_does_not_take_the_chunk_from_the_graph_runs_with_the_environment() {
    for chunk in [None, Some(Presence::Patchable), Some(Presence::Unknown)] {
        let mut engine = engine(
            "E3",
            &[
                (Capability::ExtraStates, Presence::Provided),
                (Capability::StaticStep, Presence::Provided),
            ],
        );
        engine.note(Capability::StaticChunk, chunk, Some(PATCH.to_owned()));
        let preflight = judge(&bundle(&granite()), &engine);
        assert_eq!(preflight.verdict, Verdict::RunsWithEnvironment);
        let chunk = need(&preflight, "static-chunk");
        let variable = "COREAI_CHUNK_THRESHOLD=1";
        assert_eq!(chunk.outcome, ConditionState::WithEnvironment(variable));
        assert!(preflight.next[1].starts_with(variable), "{preflight:#?}");
    }
}

#[test]
fn where_the_whole_stack_would_be_refused_the_patch_that_is_needed_is_named() {
    let (_folder, target) = written(&bundle(&granite()));
    let around = Surroundings {
        takes_whole_stack: false,
        ..AROUND
    };
    let preflight = examine(&target, &stock_e3(), around);
    assert_eq!(preflight.verdict, Verdict::RunsAfterPatch);
    assert_eq!(
        preflight.next[0],
        format!("granite-bundle patch apply --engine engine --only {PATCH}")
    );
    assert!(preflight.next[1].starts_with("swift build"));
}

#[test]
fn what_lint_has_against_the_bundle_there_is_a_need_and_decides() {
    let (_folder, target) = written(&bundle(&granite()));
    let objection = Objection {
        rule: "graph-logits-dtype",
        message: "the logits are float32".to_owned(),
        is_of_engine: false,
    };
    let around = Surroundings {
        checkout: "my engine",
        objections: &[objection],
        ..AROUND
    };
    let preflight = examine(&target, &stock_e3(), around);
    assert_eq!(preflight.verdict, Verdict::CannotRun);
    let need = need(&preflight, "graph-logits-dtype");
    assert_eq!(
        (need.required, &need.outcome),
        (true, &ConditionState::Unmet)
    );
    assert_eq!(need.detail, "the logits are float32");
    let next = &preflight.next[0];
    assert!(next.starts_with("granite-bundle lint "), "{next}");
    assert!(next.ends_with(" --engine 'my engine'"), "{next}");
}

#[test]
fn granite_cannot_run_on_the_first_engines_and_is_told_where_it_can() {
    let mut engine = engine("E0", &[]);
    engine.note(Capability::ExtraStates, None, Some("too early".to_owned()));
    let preflight = judge(&bundle(&granite()), &engine);
    assert_eq!(preflight.verdict, Verdict::CannotRun);
    assert!(
        need(&preflight, "extra-states")
            .detail
            .ends_with("; too early")
    );
    assert_eq!(preflight.next[0], "git -C engine switch --detach 0.2.0");
}

#[test]
fn a_plain_decoder_runs_everywhere_without_a_word_on_states() {
    for era in ["E0", "E1", "E2", "E3", "E4c"] {
        let preflight = judge(&bundle(&transformer()), &engine(era, &[]));
        assert_eq!(preflight.verdict, Verdict::Runs, "{era}: {preflight:#?}");
        let ids: Vec<_> = preflight.needs.iter().map(|need| need.id).collect();
        let expected = [
            "manifest",
            "asset",
            "function",
            "vocabulary",
            "multi-turn",
            "shared-product",
        ];
        assert_eq!(ids, expected);
        assert!(!preflight.next[1].contains("COREAI_CHUNK_THRESHOLD"));
    }
}

#[test]
fn an_unrecognised_checkout_is_unknown_whatever_the_bundle() {
    let mut nothing = Survey::default();
    for id in Capability::ALL {
        nothing.note(*id, Some(Presence::Unknown), Some("a place".to_owned()));
    }
    for granite in [granite(), transformer()] {
        let preflight = judge(&bundle(&granite), &nothing);
        assert_eq!(preflight.verdict, Verdict::Unknown);
        assert_eq!(
            preflight.next,
            ["granite-bundle patch status --engine engine"]
        );
    }
    // Five states no engine carries, known or not.
    let mut five = granite();
    let fifth = five.signature.states[3].clone();
    five.signature.states.push(fifth);
    let preflight = judge(&bundle(&five), &nothing);
    assert_eq!(preflight.verdict, Verdict::CannotRun);
}

#[test]
fn what_the_graph_cannot_have_is_refused_by_name() {
    type Change = fn(&mut Granite);
    let cases: [(Change, &str, &str); 6] = [
        (|g| g.signature.states.truncate(1), "states", "1 states"),
        (
            |g| g.signature.inputs[0].1 = Tensor::new(Element::SI32, &[1, 64]),
            "query",
            "ids are [1, 64]",
        ),
        (
            |g| g.signature.outputs[0].1.element = Element::F32,
            "function",
            "samples float16 logits",
        ),
        (
            |g| g.signature.states.rotate_left(1),
            "states",
            "takes the first two",
        ),
        (
            |g| g.signature.function = "other".to_owned(),
            "function",
            "loads the function `main`",
        ),
        (
            |g| {
                let extra = g.signature.inputs[1].clone();
                g.signature.inputs.push(extra);
            },
            "function",
            "takes 3 inputs",
        ),
    ];
    let e1 = engine("E1", &[(Capability::ExtraStates, Presence::Patchable)]);
    for (change, id, words) in cases {
        let mut granite = granite();
        change(&mut granite);
        let preflight = judge(&bundle(&granite), &e1);
        assert_eq!(preflight.verdict, Verdict::CannotRun, "{id}");
        let refused = need(&preflight, id);
        assert_eq!(refused.outcome, ConditionState::Unmet);
        assert!(refused.detail.contains(words), "{}", refused.detail);
        assert!(preflight.next[0].starts_with("granite-bundle lint "));
    }
}

#[test]
fn what_the_loader_refuses_is_refused() {
    let cases = [
        (
            json!("0.1"),
            "metadata_version",
            "version 0.2 alone, and this is `0.1`",
        ),
        (json!(null), "name", "requires `name`"),
    ];
    for (value, key, words) in cases {
        let mut bundle = bundle(&granite());
        bundle.manifest.as_mut().unwrap()[key] = value;
        let preflight = judge(&bundle, &stock_e3());
        assert_eq!(preflight.verdict, Verdict::CannotRun);
        let detail = &need(&preflight, "manifest").detail;
        assert!(detail.contains(words), "{detail}");
    }
    let mut narrow = bundle(&granite());
    narrow.manifest.as_mut().unwrap()["language"]["vocab_size"] = json!(100);
    let preflight = judge(&narrow, &stock_e3());
    assert_eq!(
        need(&preflight, "vocabulary").outcome,
        ConditionState::Unmet
    );
    assert_eq!(preflight.verdict, Verdict::CannotRun);
}
