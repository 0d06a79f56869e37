//! Assets, and bundles of every kind.

use super::*;
use granite_bundle_testkit::scratch;

#[test]
fn a_bare_asset_is_not_a_bundle() {
    let (_folder, target) = written(&bundle(&granite()));
    let asset = Target::open(&target.path.join("b.aimodel")).unwrap();
    let preflight = examine(&asset, &stock_e3(), AROUND);
    assert_eq!(preflight.verdict, Verdict::CannotRun);
    assert_eq!(need(&preflight, "manifest").outcome, ConditionState::Unmet);
    assert!(need(&preflight, "static-step").detail.contains("[1, 1]"));
}

#[test]
fn the_compiled_twin_is_found_by_engines_that_look_for_it() {
    let (_folder, target) = written(&bundle(&transformer()));
    let (source, compiled) = (
        target.path.join("b.aimodel"),
        target.path.join("b.aimodelc"),
    );
    fs::rename(source.join("main.mlirb"), source.join("main-h18p.mlirb")).unwrap();
    fs::rename(source, compiled).unwrap();
    let target = Target::open(&target.path).unwrap();
    let asset = |era: &str| {
        let preflight = examine(&target, &engine(era, &[]), AROUND);
        need(&preflight, "asset").clone()
    };
    let early = asset("E1");
    assert_eq!(early.outcome, ConditionState::Unmet);
    assert!(
        early.detail.contains("name it in assets.main"),
        "{}",
        early.detail
    );
    let late = asset("E3");
    assert_eq!(late.outcome, BY_BUNDLE);
    assert!(
        late.detail
            .ends_with("this engine loads `b.aimodelc` for it"),
        "{}",
        late.detail
    );
    let preflight = examine(&target, &validating(), AROUND);
    assert_eq!(need(&preflight, "asset").outcome, ConditionState::Unmet);
}

/// An engine that loads every asset as it is declared and looks for no other.
fn validating() -> Survey {
    let mut engine = engine("E4c", &[]);
    engine.features.remove(&Feature::CompiledTwin);
    engine.features.insert(Feature::AssetsValidated);
    engine
}

#[test]
fn a_declared_compiled_asset_with_its_source_beside_it_is_what_newer_engines_load() {
    let (_folder, target) = written(&bundle(&transformer()));
    let source = target.path.join("b.aimodel");
    let compiled = target.path.join("b.aimodelc");
    fs::create_dir(&compiled).unwrap();
    // A copy would fill a gigabyte of holes.
    fs::hard_link(source.join("main.mlirb"), compiled.join("main-h18p.mlirb")).unwrap();
    let manifest = target.path.join("metadata.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("b.aimodel\"", "b.aimodelc\"")).unwrap();
    let target = Target::open(&target.path).unwrap();
    for (survey, outcome) in [
        (engine("E1", &[]), ConditionState::Unknown),
        (engine("E3", &[]), BY_BUNDLE),
        (validating(), BY_BUNDLE),
    ] {
        let preflight = examine(&target, &survey, AROUND);
        let asset = need(&preflight, "asset");
        assert_eq!(asset.outcome, outcome, "{:?}: {}", survey.era, asset.detail);
    }
}

#[test]
fn a_chunked_model_runs_in_every_era_with_no_capability() {
    for era in ["E0", "E1", "E2", "E3", "E4c"] {
        let preflight = judge(&kinds::chunked("b"), &engine(era, &[]));
        assert_eq!(preflight.verdict, Verdict::Runs, "{era}: {preflight:#?}");
        assert!(preflight.next.iter().all(|line| !line.contains("CHUNK")));
    }
    let mut bundle = kinds::chunked("b");
    bundle.manifest.as_mut().unwrap()["language"]["max_context_length"] = json!(1024);
    let preflight = judge(&bundle, &stock_e3());
    assert_eq!(preflight.verdict, Verdict::CannotRun);
    assert!(need(&preflight, "function").detail.contains("256, 512"));
}

#[test]
fn a_vision_bundle_runs_where_there_is_an_engine_for_it() {
    let preflight = judge(&kinds::vision("b"), &stock_e3());
    assert_eq!(preflight.verdict, Verdict::Runs, "{preflight:#?}");
    let function = &need(&preflight, "function").detail;
    assert!(function.contains("takes inputs_embeds"), "{function}");
    let states = &need(&preflight, "states").detail;
    assert!(states.contains("the two the vision-language engine carries"));
    // The benchmark makes an engine of the main asset alone.
    assert!(preflight.next[1].contains("llm-runner --model"));
    let preflight = judge(&kinds::vision("b"), &engine("E0", &[]));
    assert_eq!(preflight.verdict, Verdict::CannotRun);
}

#[test]
fn a_vision_bundle_needs_each_of_its_assets() {
    let undeclared = |bundle: &mut Bundle| {
        let assets = &mut bundle.manifest.as_mut().unwrap()["assets"];
        assets.as_object_mut().unwrap().remove("vision");
    };
    let uncopied = |bundle: &mut Bundle| drop(bundle.side_assets.remove("vision.aimodel"));
    let without_config = |bundle: &mut Bundle| {
        let manifest = bundle.manifest.as_mut().unwrap();
        manifest.as_object_mut().unwrap().remove("vision");
    };
    type Change<'a> = &'a dyn Fn(&mut Bundle);
    let cases: [(Change<'_>, &str); 3] = [
        (&undeclared, "vision"),
        (&uncopied, "vision"),
        (&without_config, "manifest"),
    ];
    for (change, id) in cases {
        let mut bundle = kinds::vision("b");
        change(&mut bundle);
        let preflight = judge(&bundle, &stock_e3());
        assert_eq!(preflight.verdict, Verdict::CannotRun, "{id}");
        assert_eq!(need(&preflight, id).outcome, ConditionState::Unmet);
    }
}

#[test]
fn two_recurrent_states_run_only_where_they_are_taken_for_a_pair() {
    let ready = |era: &str| {
        let native = |id: &Capability| (*id, Presence::Native);
        engine(era, &Capability::ALL.iter().map(native).collect::<Vec<_>>())
    };
    let preflight = judge(&kinds::recurrent("b"), &ready("E3"));
    assert_eq!(preflight.verdict, Verdict::Runs, "{preflight:#?}");
    let states = &need(&preflight, "states").detail;
    assert!(states.contains("no key and value pair"), "{states}");
    let preflight = judge(&kinds::recurrent("b"), &ready("E4c"));
    assert_eq!(preflight.verdict, Verdict::CannotRun);
    let states = need(&preflight, "states");
    assert_eq!(states.outcome, ConditionState::Unmet);
    assert!(states.detail.contains("coreai-sequential admits it"));
}

#[test]
fn an_asset_of_another_kind_is_said_to_be_that() {
    let folder = scratch::folder();
    let asset = folder.path().join("b.aimodel");
    kinds::asset(kinds::classifier()).write(&asset).unwrap();
    let target = Target::open(&asset).unwrap();
    let preflight = examine(&target, &stock_e3(), AROUND);
    assert_eq!(preflight.verdict, Verdict::CannotRun);
    let detail = &need(&preflight, "function").detail;
    assert!(detail.contains("no language model's"), "{detail}");
}
