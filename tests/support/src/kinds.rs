//! Bundles that are no Granite: an ordinary decoder, a chunked static model, a vision-language model, a recurrent
//! model, a diffusion pipeline. Their graphs have the signatures of real exports and next to no weights.

use serde_json::json;

use crate::asset::Asset;
use crate::bundle::{Bundle, manifest};
use crate::granite::{Geometry, Granite};
use crate::program::{Data, Element, Graph, Program, Tensor};

/// Tokens of the small models' vocabulary.
pub const VOCAB: u64 = 151_936;

/// Width of their embeddings.
pub const WIDTH: u64 = 64;

/// Tokens of the chunked model's longest context.
pub const CONTEXT: u64 = 512;

/// A decoder with these states, dynamic in query and context; a `width` of 0 is for token ids.
pub fn decoder(first: &str, element: Element, width: u64, states: &[(&str, Tensor)]) -> Program {
    let first_tensor = match width {
        0 => Tensor::new(element, &[1, 0]).dynamic(1),
        width => Tensor::new(element, &[1, 0, width]).dynamic(1),
    };
    let positions = Tensor::new(Element::SI32, &[1, 0]).dynamic(1);
    let logits = Tensor::new(Element::F16, &[1, 0, VOCAB]).dynamic(1);
    step(
        &[(first, first_tensor), ("position_ids", positions)],
        &logits,
        states,
    )
}

/// A `main` from these inputs to these logits.
pub fn step(inputs: &[(&str, Tensor)], logits: &Tensor, states: &[(&str, Tensor)]) -> Program {
    let mut program = Program::default();
    let weight = Tensor::new(Element::F16, &[WIDTH, WIDTH]);
    let data = program.resource(vec![0x3C; (WIDTH * WIDTH * 2) as usize]);
    let mut graph = with_states("main", inputs, states);
    graph.constant(weight, data);
    give(&mut graph, "logits", logits);
    program.add(graph);
    program
}

/// A graph that reads and writes its states.
pub fn with_states(name: &str, inputs: &[(&str, Tensor)], states: &[(&str, Tensor)]) -> Graph {
    let mut graph = Graph::new(name);
    for (name, tensor) in inputs {
        graph.argument(name, tensor.clone());
    }
    let handles: Vec<_> = states
        .iter()
        .map(|(name, tensor)| graph.state(name, tensor.clone()))
        .collect();
    for (handle, (_, tensor)) in handles.into_iter().zip(states) {
        let (value, token) = graph.read_state(handle, tensor);
        graph.write_state(handle, value, token);
    }
    graph
}

/// Adds an output of that shape, all ones.
pub fn give(graph: &mut Graph, name: &str, tensor: &Tensor) {
    let ones = Tensor::new(tensor.element, &vec![1; tensor.dims.len()]);
    let bytes = match tensor.element {
        Element::F16 => vec![0, 0x3C],
        element => vec![1; element.bytes() as usize],
    };
    let one = graph.constant(ones, Data::Splat(bytes));
    let value = graph.op("primitive.broadcast_to_v1", &[one], tensor.clone());
    graph.output(name, tensor.clone(), value);
}

/// A graph without states, from inputs to one output.
pub fn function(name: &str, inputs: &[(&str, Tensor)], output: (&str, Tensor)) -> Graph {
    let mut graph = with_states(name, inputs, &[]);
    give(&mut graph, output.0, &output.1);
    graph
}

/// A growing cache of two layers.
pub fn cache() -> Tensor {
    Tensor::new(Element::F16, &[2, 1, 2, 0, 16]).dynamic(3)
}

/// The states of the ordinary model.
pub fn pair() -> Vec<(&'static str, Tensor)> {
    vec![("keyCache", cache()), ("valueCache", cache())]
}

/// A complete asset around a program, with author, license and hash.
pub fn asset(program: Program) -> Asset {
    let mut asset = Asset::new(program).hashed();
    if let Some(metadata) = &mut asset.metadata {
        metadata["author"] = json!("granite-bundle tests");
        metadata["license"] = json!("Apache-2.0");
    }
    asset
}

/// A bundle of a Qwen around a program.
fn around(name: &str, model: &str, program: Program) -> Bundle {
    let tiny = Geometry {
        mamba_layers: 1,
        attention_layers: 1,
        ..Geometry::granite_350m()
    };
    let mut bundle = Bundle::granite(name, &Granite::fp16(tiny));
    bundle.manifest = Some(manifest(name, model, VOCAB));
    bundle.asset = Some((format!("{name}.aimodel"), asset(program)));
    if let Some(config) = &mut bundle.tokenizer_config {
        config["tokenizer_class"] = json!("Qwen2Tokenizer");
    }
    bundle
}

/// A text model as the official exporter writes it for macOS: two states, any query length.
pub fn ordinary(name: &str) -> Bundle {
    let program = decoder("input_ids", Element::SI32, 0, &pair());
    around(name, "Qwen/Qwen3-0.6B", program)
}

/// A recurrent model: one token a step, two static states that are no key and value.
pub fn recurrent(name: &str) -> Bundle {
    let one = Tensor::new(Element::SI32, &[1, 1]);
    let positions = Tensor::new(Element::SI32, &[1, 0]).dynamic(1);
    let states = [
        ("recState", Tensor::new(Element::F16, &[3, 1, 4, 32, 32])),
        ("shiftState", Tensor::new(Element::F16, &[3, 1, 2, 128])),
    ];
    let logits = Tensor::new(Element::F16, &[1, 1, VOCAB]);
    let inputs = [("input_ids", one), ("position_ids", positions)];
    around(
        name,
        "RWKV/RWKV7-Goose-World3",
        step(&inputs, &logits, &states),
    )
}

/// A vision-language model: a decoder of embeddings, an embedding table and an encoder, each an asset.
pub fn vision(name: &str) -> Bundle {
    let model = "Qwen/Qwen3-VL-2B-Instruct";
    let program = decoder("inputs_embeds", Element::F16, WIDTH, &pair());
    let mut bundle = around(name, model, program);
    if let Some(manifest) = &mut bundle.manifest {
        manifest["kind"] = json!("vlm");
        manifest["assets"]["embedding"] = json!("embed.aimodel");
        manifest["assets"]["vision"] = json!("vision.aimodel");
        manifest["vision"] = json!({
            "image_size": 128,
            "patch_size": 16,
            "image_token_count": 16,
            "image_token_id": 151_655,
        });
    }
    let ids = Tensor::new(Element::SI32, &[1, 0]).dynamic(1);
    let rows = Tensor::new(Element::F16, &[1, 0, WIDTH]).dynamic(1);
    let embed = function("main", &[("input_ids", ids)], ("embeddings", rows));
    let pixels = Tensor::new(Element::F32, &[1, 3, 128, 128]);
    let features = Tensor::new(Element::F16, &[1, 16, WIDTH]);
    let encode = function(
        "main",
        &[("pixel_values", pixels)],
        ("image_features", features),
    );
    for (folder, graph) in [("embed.aimodel", embed), ("vision.aimodel", encode)] {
        let mut program = Program::default();
        program.add(graph);
        bundle.side_assets.insert(folder.to_owned(), asset(program));
    }
    bundle
}

/// A chunked static model as the official exporter writes it for iOS: contexts of 256 and 512, calls of 8 and 16.
pub fn chunked(name: &str) -> Bundle {
    let mut bundle = around(name, "Qwen/Qwen3-0.6B", chunked_program());
    if let Some(manifest) = &mut bundle.manifest {
        manifest["language"]["max_context_length"] = json!(CONTEXT);
    }
    bundle
}

/// The functions of the chunked model.
pub fn chunked_program() -> Program {
    let mut program = Program::default();
    for graph in chunked_graphs(|_| true) {
        program.add(graph);
    }
    program
}

/// Those of the chunked model's functions whose name is wanted.
pub fn chunked_graphs(wanted: impl Fn(&str) -> bool) -> Vec<Graph> {
    let table = || {
        (
            "embedding_table",
            Tensor::new(Element::SI8, &[VOCAB, 1, WIDTH]),
        )
    };
    let mut graphs = Vec::new();
    let mut add = |name: &str, graph: &dyn Fn(&str) -> Graph| {
        if wanted(name) {
            graphs.push(graph(name));
        }
    };
    add("load_embeddings", &|name| function(name, &[], table()));
    for query in [8, 16] {
        add(&format!("gather_embeddings_{query}"), &|name| {
            let ids = Tensor::new(Element::SI32, &[1, query]);
            let rows = Tensor::new(Element::F16, &[1, query, 1, WIDTH]);
            let inputs = [("in_new_token_ids", ids), table()];
            function(name, &inputs, ("gathered_embeddings", rows))
        });
        for context in [256, CONTEXT] {
            add(&format!("extend_{context}_{query}"), &|name| {
                let logits = Tensor::new(Element::F16, &[1, 1, query, VOCAB]);
                bucket(name, context, query, &logits)
            });
            add(&format!("prompt_opt_{context}_{query}"), &|name| {
                bucket(name, context, query, &Tensor::new(Element::F16, &[]))
            });
        }
    }
    graphs
}

fn bucket(name: &str, context: u64, query: u64, logits: &Tensor) -> Graph {
    let inputs = [
        (
            "transformer_input",
            Tensor::new(Element::F16, &[1, query, 1, WIDTH]),
        ),
        ("position_ids", Tensor::new(Element::UI16, &[1, query])),
        ("in_step", Tensor::new(Element::SI32, &[1])),
        (
            "causal_mask",
            Tensor::new(Element::F16, &[1, context, 1, query]),
        ),
        (
            "embedding_table",
            Tensor::new(Element::SI8, &[VOCAB, 1, WIDTH]),
        ),
    ];
    let cache = Tensor::new(Element::F16, &[2, 1, 64, 1, context]);
    let states = [("key_cache", cache.clone()), ("value_cache", cache)];
    let mut graph = with_states(name, &inputs, &states);
    give(&mut graph, "out_logits", logits);
    graph
}

/// An image classifier, which has a last matrix and is no language model.
pub fn classifier() -> Program {
    let mut program = Program::default();
    let data = program.resource(vec![0x3C; 32 * 10 * 2]);
    let mut graph = Graph::new("main");
    graph.argument("image", Tensor::new(Element::F16, &[1, 3, 32, 32]));
    let features = graph.zeros(Tensor::new(Element::F16, &[1, 32]));
    let weight = graph.constant(Tensor::new(Element::F16, &[32, 10]), data);
    let classes = Tensor::new(Element::F16, &[1, 10]);
    let scores = graph.op(
        "primitive.batch_matmul_v1",
        &[features, weight],
        classes.clone(),
    );
    graph.output("scores", classes, scores);
    program.add(graph);
    program
}

/// A diffusion pipeline: three assets, none of them called `main`.
pub fn diffusion(name: &str) -> Bundle {
    let mut bundle = ordinary(name);
    bundle.manifest = Some(json!({
        "metadata_version": "0.2",
        "kind": "diffusion",
        "name": name,
        "assets": {
            "text_encoder": "text_encoder.aimodel",
            "transformer": "transformer.aimodel",
            "vae_decoder": "vae_decoder.aimodel",
        },
        "diffusion": { "steps": 4 },
    }));
    bundle.asset = None;
    bundle.tokenizer = None;
    bundle.tokenizer_config = None;
    bundle.chat_template = None;
    for role in ["text_encoder", "transformer", "vae_decoder"] {
        let asset = asset(classifier());
        bundle.side_assets.insert(format!("{role}.aimodel"), asset);
    }
    bundle
}
