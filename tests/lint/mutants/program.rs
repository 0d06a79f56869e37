//! Functions, operations and models of other kinds than the profile's.

use granite_bundle_testkit::program::{Element, Graph, Program, Tensor};

use super::{Change, Mutant, Setting, granite};
use crate::good::{self, Base, VOCAB};

const fn program(
    name: &'static str,
    base: Base,
    change: fn(&mut granite_bundle_testkit::bundle::Bundle),
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, base, Change::Bundle(change), caught)
}

fn replace(bundle: &mut granite_bundle_testkit::bundle::Bundle, program: Program) {
    bundle.asset.as_mut().unwrap().1 = good::asset(program);
}

pub(super) const MUTANTS: &[Mutant] = &[
    granite(
        "the function called step",
        |g| g.signature.function = "step".to_owned(),
        &["error bundle-function-missing"],
    ),
    granite(
        "helpers named like a chunked model's",
        |g| g.functions = vec!["extend_0_256".to_owned(), "load_embeddings".to_owned()],
        &["warning graph-structure-capture"],
    ),
    granite(
        "helpers named like a segmenter's",
        |g| {
            g.functions = ["image_encode", "text_encode", "detect"]
                .map(str::to_owned)
                .to_vec()
        },
        &["warning graph-structure-capture"],
    ),
    granite(
        "floor in the graph",
        |g| g.operations = vec!["primitive.floor_v1".to_owned()],
        &["warning graph-rounding-identity"],
    ),
    granite(
        "trunc and ceil in the graph",
        |g| {
            g.operations = ["primitive.trunc_v1", "primitive.ceil_v1"]
                .map(str::to_owned)
                .to_vec()
        },
        &["warning graph-rounding-identity"],
    ),
    granite(
        "round in the graph",
        |g| g.operations = vec!["primitive.round_v1".to_owned()],
        &["note graph-round-ties"],
    ),
    program(
        "a custom Metal kernel",
        Base::Ordinary,
        |bundle| {
            let mut program = good::decoder("input_ids", Element::SI32, 0, &good::pair());
            let mut helper = Graph::new("scan").private();
            let tensor = Tensor::new(Element::F16, &[64]);
            let value = helper.argument("x", tensor.clone());
            let value = helper.kernel("scan", "kernel void scan() {}", &[value], tensor.clone());
            helper.output("y", tensor, value);
            program.add(helper);
            replace(bundle, program);
        },
        &["note graph-custom-metal"],
    ),
    program(
        "a program whose functions are all private",
        Base::Ordinary,
        |bundle| {
            let mut graph = Graph::new("main").private();
            let tensor = Tensor::new(Element::F16, &[1]);
            let value = graph.argument("x", tensor.clone());
            graph.output("y", tensor, value);
            let mut program = Program::default();
            program.add(graph);
            replace(bundle, program);
        },
        &["error bundle-function-missing", "error graph-no-functions"],
    ),
    program(
        "an ordinary model with a rank-4 cache",
        Base::Ordinary,
        |bundle| {
            let cache = Tensor::new(Element::F16, &[2, 2, 0, 16]).dynamic(2);
            let states = [("keyCache", cache.clone()), ("valueCache", cache)];
            replace(
                bundle,
                good::decoder("input_ids", Element::SI32, 0, &states),
            );
        },
        &["error graph-kv-rank"],
    ),
    program(
        "embeddings in place of token ids",
        Base::Ordinary,
        |bundle| {
            replace(
                bundle,
                good::decoder("in_embeddings", Element::F16, 64, &good::pair()),
            )
        },
        &[
            "error graph-input-dtype",
            "error graph-input-order",
            "error graph-input-shape",
        ],
    ),
    program(
        "an ordinary model with a sliding cache that is recurrent",
        Base::Ordinary,
        |bundle| {
            let mut states = good::pair();
            states.push(("slidingCache", Tensor::new(Element::F16, &[2, 1, 64])));
            replace(
                bundle,
                good::decoder("input_ids", Element::SI32, 0, &states),
            );
        },
        &[
            "note graph-state-count",
            "note run-engine-revision",
            "note run-guided-hybrid",
            "warning graph-state-name-cache",
        ],
    ),
    program(
        "a hybrid vision-language model",
        Base::Vision,
        |bundle| {
            let mut states = good::pair();
            states.push(("recState", Tensor::new(Element::F16, &[2, 1, 64])));
            replace(
                bundle,
                good::decoder("in_embeddings", Element::F16, 64, &states),
            );
        },
        &["error graph-state-count"],
    ),
    Mutant::new(
        "a vision-language model with a wrong vocab_size",
        Base::Vision,
        Change::Manifest(|m| m["language"]["vocab_size"] = (VOCAB - 1).into()),
        &["error graph-vocab-mismatch"],
    ),
    Mutant::new(
        "a long context for an ordinary model on iOS",
        Base::Ordinary,
        Change::None,
        &["error graph-ios-dynamic-kv"],
    )
    .with(Setting::Ios),
];
