//! Mistakes in the export of the graph.

use granite_bundle_testkit::granite::Signature;
use granite_bundle_testkit::program::{Element, Tensor};

use super::{Change, Mutant, granite};
use crate::good::Base;

fn resize(tensor: &mut Tensor, axis: usize, size: u64) {
    tensor.dims[axis] = Some(size);
}

fn rename(signature: &mut Signature, from: &str, to: &str) {
    let state = signature.states.iter_mut().find(|(name, _)| name == from);
    state.unwrap().0 = to.to_owned();
}

fn keep(signature: &mut Signature, names: &[&str]) {
    signature
        .states
        .retain(|(name, _)| names.contains(&name.as_str()));
}

fn named(name: &str, tensor: Tensor) -> (String, Tensor) {
    (name.to_owned(), tensor)
}

/// What any change of a Granite signature is, beside what it does on the engine.
const SIGNATURE: &[&str] = &["error granite-signature"];

pub(super) const MUTANTS: &[Mutant] = &[
    granite(
        "swapped inputs",
        |g| g.signature.inputs.swap(0, 1),
        &["error graph-input-order", "error granite-signature"],
    ),
    granite(
        "a mask in place of the positions",
        |g| g.signature.inputs[1].0 = "attention_mask".to_owned(),
        &["error graph-input-order", "error granite-signature"],
    ),
    granite(
        "an attention mask as a third input",
        |g| {
            let mask = Tensor::new(Element::SI32, &[1, 0]).dynamic(1);
            g.signature.inputs.push(named("attention_mask", mask));
        },
        &["error graph-input-count", "error granite-signature"],
    ),
    granite(
        "positions computed inside the graph",
        |g| drop(g.signature.inputs.pop()),
        &["error graph-input-count", "error granite-signature"],
    ),
    granite(
        "64-bit input_ids",
        |g| g.signature.inputs[0].1.element = Element::SI64,
        &["error graph-input-dtype", "error granite-signature"],
    ),
    granite(
        "float positions",
        |g| g.signature.inputs[1].1.element = Element::F16,
        &["error graph-input-dtype", "error granite-signature"],
    ),
    granite(
        "dynamic input_ids",
        |g| g.signature.inputs[0].1.dims[1] = None,
        SIGNATURE,
    ),
    granite(
        "input_ids of 16 tokens",
        |g| resize(&mut g.signature.inputs[0].1, 1, 16),
        &["error graph-static-query", "error granite-signature"],
    ),
    granite(
        "a batch of two",
        |g| resize(&mut g.signature.inputs[0].1, 0, 2),
        &["error graph-input-shape", "error granite-signature"],
    ),
    granite(
        "input_ids without a batch",
        |g| g.signature.inputs[0].1.dims = vec![Some(1)],
        &["error graph-input-shape", "error granite-signature"],
    ),
    granite(
        "static position_ids",
        |g| resize(&mut g.signature.inputs[1].1, 1, 1),
        &["error graph-position-static", "error granite-signature"],
    ),
    granite(
        "position_ids of the full context",
        |g| resize(&mut g.signature.inputs[1].1, 1, 4096),
        &["error graph-position-static", "error granite-signature"],
    ),
    granite(
        "hidden states before the logits",
        |g| {
            let hidden = Tensor::new(Element::F16, &[1, 1, 1536]);
            g.signature
                .outputs
                .insert(0, named("hidden_states", hidden));
        },
        &[
            "error graph-logits-first",
            "error granite-signature",
            "error granite-vocab",
        ],
    ),
    granite(
        "no output",
        |g| g.signature.outputs.clear(),
        &["error graph-logits-first", "error granite-signature"],
    ),
    granite(
        "float32 logits",
        |g| g.signature.outputs[0].1.element = Element::F32,
        &["error graph-logits-dtype", "error granite-signature"],
    ),
    granite(
        "bfloat16 logits",
        |g| g.signature.outputs[0].1.element = Element::BF16,
        &["error graph-logits-dtype", "error granite-signature"],
    ),
    Mutant::new(
        "vocab_size off by one",
        Base::Int8lin,
        Change::Manifest(|m| m["language"]["vocab_size"] = 100_351.into()),
        &["error graph-vocab-mismatch", "error granite-vocab"],
    ),
    Mutant::new(
        "the tokenizer's size for vocab_size",
        Base::Ordinary,
        Change::Manifest(|m| m["language"]["vocab_size"] = 151_669.into()),
        &["error graph-vocab-mismatch"],
    ),
    granite(
        "logits without the padded row",
        |g| resize(&mut g.signature.outputs[0].1, 2, 100_351),
        &[
            "error granite-vocab",
            "error graph-vocab-mismatch",
            "note graph-tokenizer-overflow",
            "warning graph-vocab-width",
        ],
    ),
    granite(
        "a wrong conv_dim",
        |g| resize(g.signature.state("convState"), 2, 3072),
        SIGNATURE,
    ),
    granite(
        "one convolution tap too many",
        |g| resize(g.signature.state("convState"), 3, 4),
        SIGNATURE,
    ),
    granite(
        "the recurrent state of the small model",
        |g| resize(g.signature.state("recState"), 3, 32),
        SIGNATURE,
    ),
    granite(
        "a float32 recurrent state",
        |g| g.signature.state("recState").element = Element::F32,
        SIGNATURE,
    ),
    granite(
        "no recurrent state",
        |g| drop(g.signature.states.pop()),
        SIGNATURE,
    ),
    granite(
        "no convolution state",
        |g| keep(&mut g.signature, &["keyCache", "valueCache", "recState"]),
        SIGNATURE,
    ),
    granite(
        "only keys and values as states",
        |g| keep(&mut g.signature, &["keyCache", "valueCache"]),
        SIGNATURE,
    ),
    granite(
        "a fifth state",
        |g| {
            let position = Tensor::new(Element::SI32, &[1]);
            g.signature.states.push(named("stepCount", position));
        },
        &["error granite-signature", "error graph-state-count"],
    ),
    granite(
        "a single packed state",
        |g| keep(&mut g.signature, &["keyCache"]),
        &["error granite-signature", "error graph-state-count"],
    ),
    granite(
        "states passed as inputs and outputs",
        |g| g.signature.states.clear(),
        &["error granite-signature", "error graph-state-count"],
    ),
    granite(
        "recurrent states before the caches",
        |g| g.signature.states.rotate_left(2),
        &["error granite-signature", "note graph-kv-order"],
    ),
    granite(
        "convState and recState swapped",
        |g| g.signature.states.swap(2, 3),
        SIGNATURE,
    ),
    granite(
        "keys and values swapped",
        |g| g.signature.states.swap(0, 1),
        SIGNATURE,
    ),
    granite(
        "a renamed key cache",
        |g| rename(&mut g.signature, "keyCache", "k_cache"),
        SIGNATURE,
    ),
    granite(
        "caches of fixed length",
        |g| {
            resize(g.signature.state("keyCache"), 3, 4096);
            resize(g.signature.state("valueCache"), 3, 4096);
        },
        &[
            "error granite-signature",
            "error graph-kv-growing-pair",
            "warning graph-state-name-cache",
        ],
    ),
    granite(
        "a value cache of fixed length",
        |g| resize(g.signature.state("valueCache"), 3, 4096),
        &[
            "error granite-signature",
            "error graph-kv-growing-pair",
            "warning graph-state-name-cache",
        ],
    ),
    granite(
        "caches without a batch",
        |g| {
            for name in ["keyCache", "valueCache"] {
                g.signature.state(name).dims.remove(1);
            }
        },
        &["error granite-signature", "error graph-kv-rank"],
    ),
    granite(
        "caches that grow along the heads",
        |g| {
            for name in ["keyCache", "valueCache"] {
                g.signature.state(name).dims.swap(2, 3);
            }
        },
        &["error granite-signature", "error graph-kv-rank"],
    ),
    granite(
        "caches with a dynamic batch",
        |g| {
            for name in ["keyCache", "valueCache"] {
                g.signature.state(name).dims[1] = None;
            }
        },
        &["error granite-signature", "error graph-kv-rank"],
    ),
    granite(
        "a narrower value cache",
        |g| resize(g.signature.state("valueCache"), 4, 64),
        &["error granite-signature", "warning graph-kv-asymmetric"],
    ),
    granite(
        "a float32 value cache",
        |g| g.signature.state("valueCache").element = Element::F32,
        &["error granite-signature", "warning graph-kv-asymmetric"],
    ),
    granite(
        "a renamed state with cache in it",
        |g| rename(&mut g.signature, "recState", "recCache"),
        &["error granite-signature", "warning graph-state-name-cache"],
    ),
    granite(
        "a recurrent state named after kv",
        |g| rename(&mut g.signature, "convState", "convKV"),
        &["error granite-signature", "warning graph-state-name-cache"],
    ),
    granite(
        "keys and values packed into one state",
        |g| keep(&mut g.signature, &["keyCache", "recState"]),
        &["error granite-signature", "warning graph-two-state-hybrid"],
    ),
    granite(
        "a second pair of caches",
        |g| {
            let cache = g.signature.state("keyCache").clone();
            g.signature.states[2] = named("crossCache", cache);
        },
        &["error granite-signature", "note graph-extra-growing"],
    ),
];
