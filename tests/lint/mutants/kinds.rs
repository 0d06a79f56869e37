//! Mistakes in bundles that are no dynamic text model: chunked static ones, vision-language ones, recurrent ones.

use std::fs;

use granite_bundle_testkit::asset::HashFile;
use granite_bundle_testkit::bundle::Bundle;
use granite_bundle_testkit::kinds::{self, VOCAB, WIDTH};
use granite_bundle_testkit::program::{Element, Graph, Program, Tensor};
use serde_json::json;

use super::engine::{NATIVE_E4C, OF_E1, OF_E4C, STOCK_E1};
use super::{Change, Mutant, Setting};
use crate::good::{self, Base};

const fn chunked(
    name: &'static str,
    change: fn(&mut Bundle),
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, Base::Chunked, Change::Bundle(change), caught)
}

const fn vision(
    name: &'static str,
    change: fn(&mut Bundle),
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, Base::Vision, Change::Bundle(change), caught)
}

/// Puts those functions of the chunked model into the bundle whose name is wanted, and another one.
fn with_functions(bundle: &mut Bundle, wanted: fn(&str) -> bool, other: Option<Graph>) {
    let mut program = Program::default();
    for graph in kinds::chunked_graphs(wanted).into_iter().chain(other) {
        program.add(graph);
    }
    bundle.asset.as_mut().unwrap().1 = good::asset(program);
}

/// Replaces an asset beside the main one.
fn replace_side(bundle: &mut Bundle, folder: &str, graph: Graph) {
    let mut program = Program::default();
    program.add(graph);
    let asset = good::asset(program);
    bundle.side_assets.insert(folder.to_owned(), asset);
}

const fn ordinary(
    name: &'static str,
    change: fn(&mut Bundle),
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, Base::Ordinary, Change::Bundle(change), caught)
}

/// Adds a `prefill` with these inputs and the states of `main`.
fn beside_main(bundle: &mut Bundle, inputs: &[&str], gives_logits: bool) {
    let mut program = good::decoder("input_ids", Element::SI32, 0, &good::pair());
    let ids = Tensor::new(Element::SI32, &[1, 0]).dynamic(1);
    let inputs: Vec<_> = inputs.iter().map(|name| (*name, ids.clone())).collect();
    let mut graph = kinds::with_states("prefill", &inputs, &good::pair());
    if gives_logits {
        let logits = Tensor::new(Element::F16, &[1, 0, VOCAB]).dynamic(1);
        kinds::give(&mut graph, "logits", &logits);
    }
    program.add(graph);
    bundle.asset.as_mut().unwrap().1 = good::asset(program);
}

/// Puts the recurrent model into an ordinary bundle.
fn recurrent(bundle: &mut Bundle) {
    bundle.asset = kinds::recurrent(Base::Ordinary.name()).asset;
}

pub(super) const MUTANTS: &[Mutant] = &[
    chunked(
        "a chunked model without the lookup of one length",
        |bundle| with_functions(bundle, |name| name != "gather_embeddings_8", None),
        &["error graph-chunked-functions"],
    ),
    chunked(
        "a chunked model without its long prompts",
        |bundle| with_functions(bundle, |name| !name.starts_with("prompt"), None),
        &["warning graph-chunked-functions"],
    ),
    chunked(
        "a chunked model without its longest context",
        |bundle| with_functions(bundle, |name| !name.contains("_512_"), None),
        &["error graph-chunked-functions"],
    ),
    chunked(
        "a chunked model whose table is called otherwise",
        |bundle| {
            let table = Tensor::new(Element::SI8, &[VOCAB, 1, WIDTH]);
            let load = kinds::function("load_embeddings", &[], ("table", table));
            with_functions(bundle, |name| name != "load_embeddings", Some(load));
        },
        &["error graph-chunked-functions"],
    ),
    chunked(
        "a chunked model without its table",
        |bundle| with_functions(bundle, |name| name != "load_embeddings", None),
        &["error bundle-function-missing"],
    ),
    chunked(
        "a chunked model with positions of another type",
        |bundle| {
            let inputs = [
                (
                    "transformer_input",
                    Tensor::new(Element::F16, &[1, 8, 1, WIDTH]),
                ),
                ("position_ids", Tensor::new(Element::SI32, &[1, 8])),
            ];
            let logits = Tensor::new(Element::F16, &[1, 1, 8, VOCAB]);
            let extend = kinds::function("extend_256_8", &inputs, ("out_logits", logits));
            with_functions(bundle, |name| name != "extend_256_8", Some(extend));
        },
        &["error graph-chunked-functions"],
    ),
    Mutant::new(
        "a chunked model with a wrong vocab_size",
        Base::Chunked,
        Change::Manifest(|m| m["language"]["vocab_size"] = json!(VOCAB - 1)),
        &["error graph-vocab-mismatch"],
    ),
    Mutant::new(
        "a longer context than a chunked model was exported for",
        Base::Chunked,
        Change::Manifest(|m| m["language"]["max_context_length"] = json!(1024)),
        &["error graph-chunked-functions"],
    ),
    vision(
        "a vision bundle that declares no embedding table",
        |bundle| {
            let manifest = bundle.manifest.as_mut().unwrap();
            let assets = manifest["assets"].as_object_mut().unwrap();
            assets.remove("embedding");
        },
        &["error bundle-vision-assets"],
    ),
    vision(
        "an encoder whose function is called otherwise",
        |bundle| {
            let features = Tensor::new(Element::F16, &[1, 16, WIDTH]);
            let graph = kinds::function("encode", &[], ("image_features", features));
            replace_side(bundle, "vision.aimodel", graph);
        },
        &["error bundle-vision-assets"],
    ),
    vision(
        "an embedding table of another model",
        |bundle| {
            let rows = Tensor::new(Element::F16, &[1, 0, 2 * WIDTH]).dynamic(1);
            let graph = kinds::function("main", &[], ("embeddings", rows));
            replace_side(bundle, "embed.aimodel", graph);
        },
        &["error bundle-vision-assets"],
    ),
    Mutant::new(
        "another number of image tokens than the encoder gives",
        Base::Vision,
        Change::Manifest(|m| m["vision"]["image_token_count"] = json!(196)),
        &["error bundle-vision-assets"],
    ),
    Mutant::new(
        "a side asset that was cut",
        Base::Vision,
        Change::Disk(|bundle| {
            let file = bundle.join("vision.aimodel/main.mlirb");
            let bytes = fs::read(&file).unwrap();
            fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
        }),
        &["error asset-unreadable"],
    ),
    vision(
        "a side asset that was changed after its hash was written",
        |bundle| {
            let asset = bundle.side_assets.get_mut("embed.aimodel").unwrap();
            asset.hash = HashFile::Bytes(vec![1; 32]);
        },
        &["error asset-hash-mismatch"],
    )
    .with(Setting::Hashed),
    vision(
        "a side asset without a hash",
        |bundle| {
            let asset = bundle.side_assets.get_mut("embed.aimodel").unwrap();
            asset.hash = HashFile::Missing;
        },
        &["warning asset-hash-missing"],
    ),
    Mutant::new(
        "a recurrent model",
        Base::Ordinary,
        Change::Bundle(recurrent),
        &[
            "note graph-logits-static",
            "note graph-states-without-kv",
            "note graph-static-query",
            "note run-chunk-one",
            "note run-engine-revision",
            "note run-long-prefill-reset",
            "note run-no-partial-reset",
            "note run-reask",
            "note run-warmup",
        ],
    ),
    Mutant::new(
        "a recurrent model on an engine that takes its states for keys and values",
        Base::Ordinary,
        Change::Bundle(recurrent),
        &[
            "error graph-logits-static",
            "error run-engine-revision",
            "note graph-static-query",
            "note run-chunk-one",
            "note run-no-partial-reset",
            "note run-reask",
            "note run-warmup",
            "warning graph-states-without-kv",
            "warning run-extension-skip",
            "warning run-long-prefill-reset",
        ],
    )
    .with(Setting::Engine("E1", STOCK_E1, OF_E1)),
    Mutant::new(
        "a recurrent model on an engine that refuses it",
        Base::Ordinary,
        Change::Bundle(recurrent),
        &[
            "error graph-states-without-kv",
            "note graph-logits-static",
            "note graph-static-query",
            "note run-no-partial-reset",
            "note run-warmup",
            "warning run-long-prefill-reset",
        ],
    )
    .with(Setting::Engine("E4c", NATIVE_E4C, OF_E4C)),
    Mutant::new(
        "a pipeline with a part that was not copied",
        Base::Diffusion,
        Change::Bundle(|bundle| drop(bundle.side_assets.remove("transformer.aimodel"))),
        &["error bundle-asset-missing"],
    ),
    Mutant::new(
        "a pipeline whose decoder names no producer",
        Base::Diffusion,
        Change::Bundle(|bundle| {
            let asset = bundle.side_assets.get_mut("vae_decoder.aimodel").unwrap();
            asset.metadata.as_mut().unwrap()["producer"] = json!("");
        }),
        &["error asset-no-producer"],
    ),
    ordinary(
        "a prefill function with logits",
        |bundle| beside_main(bundle, &["input_ids", "position_ids"], true),
        &["note graph-prefill-function"],
    ),
    ordinary(
        "a prefill function with swapped inputs on an engine that calls it",
        |bundle| beside_main(bundle, &["position_ids", "input_ids"], false),
        &["error graph-prefill-function"],
    )
    .with(Setting::Engine("E4c", NATIVE_E4C, OF_E4C)),
    ordinary(
        "a prefill function without states",
        |bundle| {
            let mut program = good::decoder("input_ids", Element::SI32, 0, &good::pair());
            program.add(Graph::new("prefill"));
            bundle.asset.as_mut().unwrap().1 = good::asset(program);
        },
        &["note graph-prefill-function"],
    ),
    ordinary(
        "logits of an odd width",
        |bundle| {
            let ids = Tensor::new(Element::SI32, &[1, 0]).dynamic(1);
            let inputs = [("input_ids", ids.clone()), ("position_ids", ids)];
            let logits = Tensor::new(Element::F16, &[1, 0, 73_448]).dynamic(1);
            let program = kinds::step(&inputs, &logits, &good::pair());
            bundle.asset.as_mut().unwrap().1 = good::asset(program);
            let manifest = bundle.manifest.as_mut().unwrap();
            manifest["language"]["vocab_size"] = json!(73_448);
        },
        &["note graph-tokenizer-overflow", "warning graph-vocab-width"],
    ),
    ordinary(
        "an attention mask that the newest sequential engine feeds",
        |bundle| {
            let ids = Tensor::new(Element::SI32, &[1, 0]).dynamic(1);
            let mask = Tensor::new(Element::F16, &[1, 0]).dynamic(1);
            let inputs = [
                ("input_ids", ids.clone()),
                ("position_ids", ids),
                ("attn_mask", mask),
            ];
            let logits = Tensor::new(Element::F16, &[1, 0, VOCAB]).dynamic(1);
            let program = kinds::step(&inputs, &logits, &good::pair());
            bundle.asset.as_mut().unwrap().1 = good::asset(program);
        },
        &["warning graph-input-count"],
    ),
    ordinary(
        "scales of a quantized cache that do not grow",
        |bundle| {
            let mut states = good::pair();
            let scales = || Tensor::new(Element::F16, &[2, 1, 2, 512]);
            states.push(("k_scale_cache", scales()));
            states.push(("v_scale_cache", scales()));
            let program = good::decoder("input_ids", Element::SI32, 0, &states);
            bundle.asset.as_mut().unwrap().1 = good::asset(program);
        },
        &[
            "note graph-state-count",
            "note run-engine-revision",
            "note run-guided-hybrid",
            "warning graph-state-name-cache",
        ],
    ),
    vision(
        "an encoder with an output that holds nothing",
        |bundle| {
            let mut features = kinds::function(
                "main",
                &[],
                ("image_features", Tensor::new(Element::F16, &[1, 16, WIDTH])),
            );
            let none = Tensor::new(Element::F16, &[0, 4]);
            let value = features.zeros(none.clone());
            features.output("rest", none, value);
            replace_side(bundle, "vision.aimodel", features);
        },
        &["warning graph-output-empty"],
    ),
    ordinary(
        "a program with features newer than the system",
        |bundle| {
            let mut program = good::decoder("input_ids", Element::SI32, 0, &good::pair());
            program.version = 20_260_701;
            bundle.asset.as_mut().unwrap().1 = good::asset(program);
        },
        &["warning asset-os-newer"],
    ),
];
