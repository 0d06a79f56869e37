//! Bundles that are no dynamic text model: chunked static, vision-language, recurrent, and no language model at all.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use granite_bundle_testkit::asset::{Asset, HashFile};
use granite_bundle_testkit::bundle::Bundle;
use granite_bundle_testkit::granite::{Geometry, Granite};
use granite_bundle_testkit::kinds;
use granite_bundle_testkit::program::{Element, Graph, Program, Tensor};
use granite_bundle_testkit::scratch;
use serde_json::{Value, json};

use crate::inspect::assert_valid;
use crate::run;

/// A folder that holds the bundle as `b`.
fn written(bundle: &Bundle) -> tempfile::TempDir {
    let folder = scratch::folder();
    bundle.write(&folder.path().join("b")).unwrap();
    folder
}

/// The page of a bundle, and its entry in the document.
fn inspected(bundle: &Bundle) -> (String, Value) {
    let folder = written(bundle);
    let page = run(folder.path(), &["inspect", "b"]);
    assert_eq!(
        (page.code, page.stderr.as_str()),
        (0, ""),
        "{}",
        page.stdout
    );
    let arguments = ["inspect", "b", "--json", "--weights", "--verify-hash"];
    let document = run(folder.path(), &arguments).json();
    assert_valid(&document);
    (page.stdout, document["bundles"][0].clone())
}

/// The rules that find something, as `level rule subject`.
fn linted(folder: &Path) -> (i32, BTreeSet<String>) {
    let arguments = ["lint", "b", "--json", "--level", "note"];
    let run = run(folder, &arguments);
    let document = run.json();
    let findings = document["findings"].as_array().unwrap().iter();
    let named = findings.map(|finding| {
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        format!("{} {} {}", text("level"), text("rule"), text("subject"))
    });
    (run.code, named.collect())
}

fn cut(file: &Path) {
    let bytes = fs::read(file).unwrap();
    fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
}

#[test]
fn a_chunked_model_is_shown_by_families_and_asks_nothing_of_its_host() {
    let (page, entry) = inspected(&kinds::chunked("b"));
    for text in [
        "chunkedStatic → static-shape",
        "gather_embeddings_{8,16}  token ids to embeddings",
        "prompt_opt_{256,512}_{8,16}",
        "extend_{256,512}_{8,16}",
        "4 functions, as extend_512_16:",
        "static-shape, on the neural engine",
        "256, 512 tokens",
        "2 kv_cache",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    assert!(!page.contains("Run contract"), "{page}");
    let engine = &entry["engine"];
    assert_eq!(engine["name"], "StaticShapeEngine");
    assert_eq!(engine["variant"], "static-shape");
    assert_eq!(engine["run_contract"], json!([]));
    assert_eq!(engine["families"]["context_lengths"], json!([256, 512]));
    assert_eq!(engine["families"]["extend"].as_array().unwrap().len(), 4);
    let memory = &entry["memory"];
    let caches = 2 * 2 * 64 * kinds::CONTEXT * 2;
    assert_eq!(memory["kv_bytes_at_max_context"], caches);
    assert_eq!(memory["kv_bytes_per_token"], 0);
}

#[test]
fn a_vision_bundle_is_read_hashed_and_counted_whole() {
    let bundle = kinds::vision("b");
    let (page, entry) = inspected(&bundle);
    for text in [
        "CoreAISequentialVLMEngine, the vision-language engine",
        "takes inputs_embeds and position_ids",
        "2 kv_cache, the two that this engine carries",
        "Asset embedding",
        "Asset vision",
        "pixel_values",
        "of 3 assets",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    assert!(!page.contains("coreai-pipelined"), "{page}");
    let assets = entry["assets"].as_array().unwrap();
    let roles: Vec<&str> = assets
        .iter()
        .map(|asset| asset["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["main", "embedding", "vision"]);
    let mut sum = 0;
    for asset in assets {
        assert_eq!(asset["asset"]["hash"]["matches"], true);
        let storage = asset["storage"].as_array().unwrap().iter();
        let bytes: u64 = storage
            .map(|storage| storage["bytes"].as_u64().unwrap())
            .sum();
        assert_eq!(asset["weights_bytes"], bytes);
        sum += bytes;
    }
    assert_eq!(entry["memory"]["weights_bytes"], sum);
    assert_eq!(entry["engine"]["run_contract"], json!([]));
}

#[test]
fn a_side_asset_that_was_cut_is_an_error_with_its_role() {
    let folder = written(&kinds::vision("b"));
    cut(&folder.path().join("b/vision.aimodel/main.mlirb"));
    let page = run(folder.path(), &["inspect", "b"]);
    assert_eq!(page.code, 2);
    assert!(page.stdout.contains("unreadable"), "{}", page.stdout);
    assert!(page.stdout.contains("inputs_embeds"), "{}", page.stdout);
    let message = "error: b/vision.aimodel/main.mlirb: (`assets.vision`) ";
    assert!(page.stderr.starts_with(message), "{}", page.stderr);
    let document = run(folder.path(), &["inspect", "b", "--json"]).json();
    assert_valid(&document);
    let entry = &document["bundles"][0];
    assert!(
        entry["error"]["message"]
            .as_str()
            .unwrap()
            .contains("assets.vision")
    );
    assert_eq!(entry["asset"], Value::Null);
    let assets = entry["assets"].as_array().unwrap();
    let read: Vec<bool> = assets
        .iter()
        .map(|asset| asset["asset"].is_object())
        .collect();
    assert_eq!(read, [true, true, false]);
    let (code, found) = linted(folder.path());
    assert_eq!(code, 1);
    assert!(
        found.contains("error asset-unreadable assets.vision"),
        "{found:?}"
    );
}

#[test]
fn a_side_asset_that_is_not_there_is_an_error_with_its_role() {
    let mut bundle = kinds::vision("b");
    bundle.side_assets.remove("embed.aimodel");
    let folder = written(&bundle);
    let page = run(folder.path(), &["inspect", "b"]);
    assert_eq!(page.code, 2);
    let message = "b/metadata.json: (`assets.embedding`) names the asset `embed.aimodel`, which does not exist";
    assert!(page.stderr.contains(message), "{}", page.stderr);
    let (code, found) = linted(folder.path());
    assert_eq!(code, 1);
    assert!(
        found.contains("error bundle-asset-missing assets.embedding"),
        "{found:?}"
    );
}

#[test]
fn a_side_asset_that_leaves_the_bundle_is_not_followed() {
    let mut bundle = kinds::vision("b");
    bundle.manifest.as_mut().unwrap()["assets"]["vision"] = json!("../vision.aimodel");
    let folder = written(&bundle);
    let page = run(folder.path(), &["inspect", "b"]);
    assert_eq!(page.code, 2);
    assert!(
        page.stderr
            .contains("leaves the bundle and is not followed"),
        "{}",
        page.stderr
    );
}

#[test]
fn a_side_asset_that_was_changed_fails_the_hash() {
    let mut bundle = kinds::vision("b");
    bundle.side_assets.get_mut("vision.aimodel").unwrap().hash = HashFile::Bytes(vec![1; 32]);
    let folder = written(&bundle);
    let page = run(folder.path(), &["inspect", "b", "--verify-hash"]);
    assert_eq!(page.code, 1);
    assert_eq!(
        page.stdout.matches("verified").count(),
        2,
        "{}",
        page.stdout
    );
    assert_eq!(
        page.stdout.matches("MISMATCH").count(),
        1,
        "{}",
        page.stdout
    );
    let (code, found) = linted(folder.path());
    assert_eq!(code, 1);
    assert!(
        found.contains("error asset-hash-mismatch assets.vision.hash"),
        "{found:?}"
    );
}

#[test]
fn two_recurrent_states_are_said_to_be_no_pair() {
    let (page, entry) = inspected(&kinds::recurrent("b"));
    assert!(page.contains("2 fixed, no key and value pair"), "{page}");
    assert!(!page.contains("KV cache at"), "{page}");
    let states = entry["engine"]["states"].as_array().unwrap();
    assert!(states.iter().all(|state| state["kind"] == "fixed"));
    let fixed = (3 * 4 * 32 * 32 + 3 * 2 * 128) * 2;
    assert_eq!(entry["memory"]["fixed_state_bytes"], fixed);
    assert_eq!(entry["memory"]["kv_bytes_at_max_context"], 0);
}

#[test]
fn a_pipeline_of_another_kind_has_a_page_and_no_engine() {
    let (page, entry) = inspected(&kinds::diffusion("b"));
    for role in ["text_encoder", "transformer", "vae_decoder"] {
        assert!(page.contains(&format!("Asset {role}")), "{page}");
    }
    for absent in ["Engine", "Memory", "Run contract", "Tokenizer", "head "] {
        assert!(!page.contains(absent), "{absent}\n{page}");
    }
    assert_eq!(entry["asset"], Value::Null);
    assert_eq!(entry["engine"], Value::Null);
    assert_eq!(entry["assets"].as_array().unwrap().len(), 3);
    let folder = written(&kinds::diffusion("b"));
    assert_eq!(linted(folder.path()), (0, BTreeSet::new()));
}

#[test]
fn a_classifier_has_no_head_and_no_advice_about_an_engine() {
    let folder = scratch::folder();
    let asset = kinds::asset(kinds::classifier());
    asset.write(&folder.path().join("b.aimodel")).unwrap();
    let page = run(folder.path(), &["inspect", "b.aimodel"]);
    assert_eq!(page.code, 0);
    for absent in ["Engine", "Memory", "Run contract", "head ", "per token"] {
        assert!(!page.stdout.contains(absent), "{absent}\n{}", page.stdout);
    }
    let arguments = ["lint", "b.aimodel", "--json", "--level", "note"];
    let document = run(folder.path(), &arguments).json();
    assert_eq!(document["findings"], json!([]));
}

#[test]
fn a_bare_decoder_is_still_a_language_model() {
    let folder = scratch::folder();
    let Some((_, asset)): Option<(String, Asset)> = kinds::ordinary("b").asset else {
        panic!("an ordinary bundle has an asset")
    };
    asset.write(&folder.path().join("b.aimodel")).unwrap();
    let page = run(folder.path(), &["inspect", "b.aimodel"]);
    assert!(page.stdout.contains("coreai-pipelined"), "{}", page.stdout);
    let arguments = ["lint", "b.aimodel", "--json", "--level", "note"];
    let document = run(folder.path(), &arguments).json();
    let findings = document["findings"].as_array().unwrap();
    let mut rules = findings.iter().map(|finding| &finding["rule"]);
    assert!(rules.any(|rule| rule == "bundle-pointed-at-asset"));
}

#[test]
fn inspect_and_lint_speak_of_the_same_duties() {
    let granite = Granite::int8lin(Geometry::granite_350m());
    let bundles = [
        Bundle::granite("b", &granite),
        kinds::ordinary("b"),
        kinds::recurrent("b"),
        kinds::chunked("b"),
        kinds::vision("b"),
        kinds::diffusion("b"),
    ];
    for bundle in bundles {
        let folder = written(&bundle);
        let document = run(folder.path(), &["inspect", "b", "--json"]).json();
        let duties = document["bundles"][0]["engine"]["run_contract"].as_array();
        let duties = duties.into_iter().flatten();
        let duties: BTreeSet<&str> = duties.map(|duty| duty["id"].as_str().unwrap()).collect();
        let arguments = ["lint", "b", "--json", "--level", "note", "--no-hash"];
        let findings = run(folder.path(), &arguments).json();
        let findings = findings["findings"].as_array().unwrap().iter();
        // One note may stand for several duties that ask the same.
        let rules = findings.flat_map(|finding| {
            let also = finding["also"].as_array().into_iter().flatten();
            std::iter::once(&finding["rule"]).chain(also)
        });
        let rules = rules.map(|rule| rule.as_str().unwrap());
        let rules: Vec<&str> = rules.filter(|rule| rule.starts_with("run-")).collect();
        let once: BTreeSet<&str> = rules.iter().copied().collect();
        assert_eq!((&once, once.len()), (&duties, rules.len()));
    }
}

#[test]
fn what_changed_in_a_side_asset_is_told_by_its_role() {
    let folder = scratch::folder();
    kinds::vision("b").write(&folder.path().join("a")).unwrap();
    let mut bundle = kinds::vision("b");
    let graph = kinds::function(
        "main",
        &[],
        ("image_features", Tensor::new(Element::F16, &[1, 32, 64])),
    );
    let mut program = Program::default();
    program.add(graph);
    let asset = kinds::asset(program);
    bundle
        .side_assets
        .insert("vision.aimodel".to_owned(), asset);
    bundle.write(&folder.path().join("b")).unwrap();
    let document = run(folder.path(), &["diff", "a", "b", "--json"]).json();
    let changes = document["changes"].as_array().unwrap().iter();
    let subjects: Vec<&str> = changes
        .map(|change| change["subject"].as_str().unwrap())
        .collect();
    assert!(
        subjects.contains(&"assets.vision.main.outputs.image_features"),
        "{subjects:?}"
    );
    assert!(
        subjects
            .iter()
            .all(|subject| subject.starts_with("assets.vision.")),
        "{subjects:?}"
    );
}

#[test]
fn what_cannot_be_executed_is_counted_before_a_weight_is_read() {
    let (page, entry) = inspected(&kinds::ordinary("b"));
    assert_eq!(
        entry["executable"],
        json!({ "ok": true, "unsupported": [] })
    );
    assert!(
        page.contains("executable      yes, by run and gate"),
        "{page}"
    );
    let x = Tensor::new(Element::F16, &[4]);
    let mut main = Graph::new("main");
    let mut value = main.argument("x", x.clone());
    for _ in 0..2 {
        value = main.op("primitive.fourier_v1", &[value], x.clone());
    }
    let wide = Tensor::new(Element::F64, &[4]);
    let wide = main.op("primitive.cast_v1", &[value], wide);
    value = main.op("primitive.cast_v1", &[wide], x.clone());
    main.output("y", x, value);
    let mut program = Program::default();
    program.add(main);
    let folder = scratch::folder();
    let asset = folder.path().join("a.aimodel");
    kinds::asset(program).write(&asset).unwrap();
    let document = run(folder.path(), &["inspect", "a.aimodel", "--json"]).json();
    assert_valid(&document);
    let unsupported = json!([
        { "op": "cast of float64", "count": 1 },
        { "op": "fourier", "count": 2 },
    ]);
    let executable = &document["bundles"][0]["executable"];
    assert_eq!(executable["ok"], false);
    assert_eq!(executable["unsupported"], unsupported);
    let page = run(folder.path(), &["inspect", "a.aimodel"]).stdout;
    let line = "executable      no: 1 × cast of float64, 2 × fourier not supported";
    assert!(page.contains(line), "{page}");
    // Refused by the same list.
    let refused = run(folder.path(), &["run", "a.aimodel", "--ids", "1"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("fourier (2 times, in `main`)"),
        "{}",
        refused.stderr
    );
}
