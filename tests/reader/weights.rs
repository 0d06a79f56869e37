//! What the graph says about its weights: quantization, head, embedding, and the class of each.

use granite_bundle::model::{DType, Embedding, HeadKind, Summary, WeightClass, Weights};
use granite_bundle_testkit::program::{Element, Graph, Program, Tensor, Value};

use crate::bytecode;
use crate::targets::aicode_asset;

fn committed(name: &str) -> Weights {
    aicode_asset(&bytecode(name)).unwrap().weights
}

fn shape(table: &Option<Embedding>) -> Option<(DType, Vec<u64>)> {
    let table = table.as_ref();
    table.map(|table| (table.weight.dtype, table.shape.clone()))
}

#[test]
fn heads_of_every_kind_are_found() {
    for (name, kind, tied) in [
        ("language_model_tied", HeadKind::Float, true),
        ("language_model_float", HeadKind::Float, false),
        ("language_model_per_channel", HeadKind::PerChannel, false),
        ("language_model_per_block", HeadKind::PerBlock(32), false),
    ] {
        let weights = committed(name);
        let head = weights.head.unwrap();
        assert_eq!((head.kind, head.tied), (kind, Some(tied)), "{name}");
        assert_eq!(head.weight.shape, [320, 64], "{name}");
        let table = (DType::Float16, vec![320, 64]);
        assert_eq!(shape(&weights.embedding), Some(table), "{name}");
    }
}

#[test]
fn blocks_are_data_elements_per_scale() {
    for (name, data, block) in [
        ("quantized_int8_block32", DType::Int8, 32),
        ("quantized_int4_block32", DType::Int4, 32),
    ] {
        let weights = committed(name);
        let [weight] = weights.quantized.as_slice() else {
            panic!("{name}: {:?}", weights.quantized);
        };
        assert_eq!(weight.data.dtype, data);
        let scale = weight.scale.as_ref().unwrap();
        assert_eq!(scale.dtype, DType::Float16);
        assert_eq!((scale.zero_point, scale.minimum), (None, None));
        assert!(scale.block.contains(&block), "{:?}", scale.block);
        let along = weight.granularity().axis().map(|axis| scale.block[axis]);
        assert_eq!(along, Some(block));
        let marked = weights.constants.iter().find(|w| w.quantized == Some(0));
        assert_eq!(marked.unwrap().class, WeightClass::Linear);
    }
}

#[test]
fn each_constant_of_a_language_model_has_its_class() {
    let weights = committed("language_model_per_block");
    let of = |class| {
        let list = weights.constants.iter();
        let list = list.filter(|weight| weight.class == class);
        list.map(|weight| weight.constant.elements()).sum::<u64>()
    };
    assert_eq!(of(WeightClass::Embedding), 320 * 64);
    assert_eq!(of(WeightClass::Linear), 320 * 64 + 64 * 64);
    assert_eq!(of(WeightClass::Convolution), 0);
    let total: u64 = weights
        .constants
        .iter()
        .map(|w| w.constant.elements())
        .sum();
    let stored: u64 = weights.storage.iter().map(|s| s.elements).sum();
    assert_eq!(total, stored);
}

fn half(dims: &[u64]) -> Tensor {
    Tensor::new(Element::F16, dims)
}

/// `main(input_ids) -> logits`, the head being what `head` makes of the hidden state.
fn model(head: impl FnOnce(&mut Program, &mut Graph, Value) -> Value) -> Summary {
    let mut program = Program::default();
    let mut main = Graph::new("main");
    let ids = main.argument("input_ids", Tensor::new(Element::SI32, &[1, 1]));
    let data = program.hole(&half(&[300, 16]));
    let table = main.constant(half(&[300, 16]), data);
    let x = main.op("primitive.gather_nd_v1", &[table, ids], half(&[1, 1, 16]));
    let logits = head(&mut program, &mut main, x);
    main.output("logits", half(&[1, 1, 300]), logits);
    program.add(main);
    aicode_asset(&program.write().to_vec()).unwrap()
}

#[test]
fn a_head_is_followed_into_the_graph_that_computes_it() {
    let summary = model(|program, main, x| {
        let mut linear = Graph::new("linear").private();
        let y = linear.argument("x", half(&[1, 1, 16]));
        let w = linear.argument("w", half(&[16, 300]));
        let out = linear.op("primitive.batch_matmul_v1", &[y, w], half(&[1, 1, 300]));
        linear.output("y", half(&[1, 1, 300]), out);
        program.add(linear);
        let (first, second) = (
            program.hole(&half(&[16, 300])),
            program.hole(&half(&[300, 16])),
        );
        let other = main.constant(half(&[16, 300]), first);
        main.invoke("linear", &[x, other], half(&[1, 1, 300]));
        let head = main.constant(half(&[300, 16]), second);
        let head = main.op("primitive.transpose_v1", &[head], half(&[16, 300]));
        let logits = main.invoke("linear", &[x, head], half(&[1, 1, 300]));
        main.op("primitive.tanh_v1", &[logits], half(&[1, 1, 300]))
    });
    let head = summary.weights.head.unwrap();
    assert_eq!((head.kind, head.tied), (HeadKind::Float, Some(false)));
    assert_eq!(head.weight.shape, [300, 16]);
    let linear = summary.weights.constants.iter();
    let linear = linear.filter(|weight| weight.class == WeightClass::Linear);
    assert_eq!(linear.count(), 2);
}

#[test]
fn what_cannot_be_followed_is_not_guessed() {
    let unknown = model(|program, main, x| {
        let data = program.hole(&half(&[16, 300]));
        let weight = main.constant(half(&[16, 300]), data);
        let y = main.op(
            "primitive.batch_matmul_v1",
            &[x, weight],
            half(&[1, 1, 300]),
        );
        main.op("primitive.never_heard_of_v3", &[y], half(&[1, 1, 300]))
    });
    assert_eq!(unknown.weights.head, None);
    assert!(unknown.weights.embedding.is_some());
    let operations = unknown.statistics.operations;
    assert!(operations.contains(&("never_heard_of".to_owned(), 1)));

    let itself = model(|program, main, x| {
        let mut endless = Graph::new("endless").private();
        let y = endless.argument("x", half(&[1, 1, 16]));
        let out = endless.invoke("endless", &[y], half(&[1, 1, 300]));
        endless.output("y", half(&[1, 1, 300]), out);
        program.add(endless);
        main.invoke("endless", &[x], half(&[1, 1, 300]))
    });
    assert_eq!(itself.weights.head, None);
}
