//! What a token makes a model read, and which table is head and embedding.

use granite_bundle::model::{
    DType, Experts, Granularity, HeadKind, QuantizedKind, WeightClass, Weights,
};
use granite_bundle_testkit::program::{Data, Element, Graph, Program, Tensor, Value};

use crate::build::{Builder, half};
use crate::targets::aicode_asset;

/// A model of token ids whose embedding is `table`, and whose head that too or a matrix of its own.
fn tokens(make: impl Fn(&mut Builder) -> Value, own: bool) -> Weights {
    let mut it = Builder::new();
    let ids = it
        .main
        .argument("input_ids", Tensor::new(Element::SI32, &[1, 1]));
    let table = make(&mut it);
    let axis = it.main.integers(&[2]);
    let column = Tensor::new(Element::SI32, &[1, 1, 1]);
    let ids = it.op("primitive.expand_dims_v1", &[ids, axis], column);
    let x = it.op("primitive.gather_nd_v1", &[table, ids], half(&[1, 1, 64]));
    let head = match own {
        true => it.stored(Element::F16, &[320, 64]),
        false => table,
    };
    let order = it.main.unsigned(&[1, 0]);
    let head = it.op("primitive.transpose_v1", &[head, order], half(&[64, 320]));
    let y = it.op("primitive.batch_matmul_v1", &[x, head], half(&[1, 1, 320]));
    it.main.output("logits", half(&[1, 1, 320]), y);
    it.read().weights
}

fn vectors(it: &mut Builder) -> Value {
    let indices = it.stored(Element::UI8, &[80, 64]);
    let table = it.stored(Element::F16, &[1, 1, 256, 4]);
    it.looked_up(indices, table, 0, half(&[320, 64]))
}

fn one_scale(it: &mut Builder) -> Value {
    let data = it.stored(Element::SI8, &[320, 64]);
    let one = it.splat(Element::F16, &[1, 1], 1);
    it.scaled(data, Element::SI8, one, &[1, 1], &[320, 64])
}

fn sparse(it: &mut Builder) -> Value {
    let values = it.stored(Element::F16, &[5000]);
    it.dense(values, half(&[320, 64]))
}

#[test]
fn head_and_embedding_are_found_in_every_storage() {
    type Make = fn(&mut Builder) -> Value;
    let cases: [(Make, HeadKind); 3] = [
        (vectors, HeadKind::Palette(256)),
        (one_scale, HeadKind::PerTensor),
        (sparse, HeadKind::Sparse),
    ];
    for (make, kind) in cases {
        let weights = tokens(make, false);
        let head = weights.head.unwrap();
        assert_eq!((head.kind, head.tied), (kind, Some(true)));
        assert_eq!(head.shape, [320, 64]);
        // A palette of vectors has fewer indices than rows.
        assert_eq!(weights.embedding.unwrap().shape, [320, 64]);
    }
}

#[test]
fn a_step_reads_a_row_of_a_table_and_the_whole_of_a_head() {
    let tied = tokens(one_scale, false);
    let untied = tokens(one_scale, true);
    let read = |weights: &Weights| weights.step("main").unwrap().bytes;
    let (table, row, head) = (320 * 64, 64, 320 * 64 * 2);
    assert_eq!(read(&untied) - head + table - row, read(&tied));
    // Only the tables that all rows share are read whole.
    let palette = tokens(vectors, true);
    let indices = 80 * 64;
    let rest = read(&palette) - head - 256 * 4 * 2;
    assert!(rest >= indices / 320 && rest < indices / 320 + 64, "{rest}");
}

/// Rows of tokens, each of which picks `top` of eight experts; `None` picks by a value from outside.
fn experts(top: Option<u64>) -> Weights {
    let mut it = Builder::new();
    let open = |dims: &[u64], axis| half(dims).dynamic(axis);
    let indices = |dims: &[u64]| Tensor::new(Element::SI32, dims).dynamic(0);
    let x = it.main.argument("x", open(&[1, 64], 0));
    let picks = match top {
        Some(top) => {
            let scores = it.main.argument("scores", open(&[1, 8], 0));
            let axis = it.main.integers(&[1]);
            let order = it.op("primitive.argsort_v1", &[scores, axis], indices(&[1, 8]));
            it.op("primitive.slice_v1", &[order], indices(&[1, top]))
        }
        None => it.main.argument("picks", indices(&[1, 2]).dynamic(1)),
    };
    let mut callee = Graph::new("gather_mm").private();
    let rows = callee.argument("rows", open(&[1, 64], 0));
    let stack = callee.argument("stack", half(&[1, 8, 64, 96]));
    let chosen = callee.argument("chosen", indices(&[1, 2]));
    let wide = Tensor::new(Element::SI32, &[1, 1, 64, 96]).dynamic(1);
    let spread = callee.op("primitive.broadcast_in_dims_v1", &[chosen], wide);
    let axis = callee.zeros(Tensor::new(Element::SI32, &[]));
    let one = callee.constant(
        Tensor::new(Element::SI32, &[]),
        Data::Splat(vec![1, 0, 0, 0]),
    );
    let picked = open(&[1, 1, 64, 96], 1);
    let picked = callee.op(
        "primitive.gather_along_axis_v1",
        &[stack, spread, one],
        picked,
    );
    let flat = callee.op(
        "primitive.reshape_v2",
        &[picked, axis],
        open(&[1, 64, 96], 0),
    );
    let result = open(&[1, 1, 96], 0);
    let y = callee.op("primitive.batch_matmul_v1", &[rows, flat], result.clone());
    callee.output("y", result.clone(), y);
    it.program.add(callee);
    for _ in 0..2 {
        let stack = it.stored(Element::F16, &[1, 8, 64, 96]);
        it.main
            .invoke("gather_mm", &[x, stack, picks], result.clone());
    }
    let data = it.stored(Element::SI8, &[1, 8, 64, 96]);
    let scales = it.stored(Element::F16, &[1, 8, 2, 96]);
    let stack = it.scaled(data, Element::SI8, scales, &[1, 8, 2, 96], &[1, 8, 64, 96]);
    let y = it
        .main
        .invoke("gather_mm", &[x, stack, picks], result.clone());
    it.main.output("y", result, y);
    it.read().weights
}

#[test]
fn a_token_reads_the_experts_it_picks() {
    let stack = 8 * 64 * 96;
    let bytes = 2 * stack * 2 + stack + 8 * 2 * 96 * 2;
    for (top, picked) in [(Some(2), Some(2)), (Some(1), Some(1)), (None, None)] {
        let weights = experts(top);
        let step = weights.step("main").unwrap();
        let expected = Experts {
            of: 8,
            picked,
            stacks: 3,
            bytes,
        };
        assert_eq!(step.experts, [expected], "{top:?}");
        let read = bytes * picked.unwrap_or(8) / 8;
        assert!(
            step.bytes >= read && step.bytes < read + 64,
            "{} {read}",
            step.bytes
        );
        let layers = weights
            .constants
            .iter()
            .filter(|it| it.class == WeightClass::Linear);
        let summed: Vec<_> = layers.map(|it| it.summed_axis).collect();
        assert_eq!(summed, [Some(2); 3], "{top:?}");
    }
}

#[test]
fn values_quantized_as_the_graph_runs_are_no_weights() {
    let mut it = Builder::new();
    let x = it.main.argument("x", half(&[1, 64]));
    let one = it.splat(Element::F16, &[], 1);
    let zero = it.splat(Element::SI8, &[], 0);
    let minimum = it.splat(Element::F16, &[], 0);
    let axis = it.main.integers(&[0, 1]);
    let operands = [x, one, zero, minimum, axis];
    let small = it.op(
        "quantize_v2",
        &operands,
        Tensor::new(Element::SI8, &[1, 64]),
    );
    let back = it.op(
        "dequantize_v2",
        &[small, one, zero, minimum, axis],
        half(&[1, 64]),
    );
    // A float weight rounded to what int8 holds is stored as a float.
    let weight = it.stored(Element::F16, &[64, 96]);
    let rounded = it.op(
        "quantize_v2",
        &[weight, one, zero, minimum, axis],
        Tensor::new(Element::SI8, &[64, 96]),
    );
    let weight = it.op(
        "dequantize_v2",
        &[rounded, one, zero, minimum, axis],
        half(&[64, 96]),
    );
    let y = it.op("primitive.batch_matmul_v1", &[back, weight], half(&[1, 96]));
    it.main.output("y", half(&[1, 96]), y);
    let found = it.read().weights;
    assert_eq!(found.quantized, []);
    let [activations] = found.activations.as_slice() else {
        panic!("{:?}", found.activations)
    };
    assert_eq!((activations.data, activations.operations), (DType::Int8, 1));
    assert_eq!(activations.granularity, Granularity::Tensor);
    let layers = found.plain_layers().map(|it| it.constant.dtype);
    assert_eq!(layers.collect::<Vec<_>>(), [DType::Float16]);
}

#[test]
fn a_table_that_the_host_hands_from_function_to_function_is_head_and_embedding() {
    let table = Tensor::new(Element::SI8, &[320, 1, 64]);
    let mut program = Program::default();
    let mut load = Graph::new("load_embeddings");
    let data = program.hole(&table);
    let constant = load.constant(table.clone(), data);
    load.output("embedding_table", table.clone(), constant);
    program.add(load);
    // One graph looks rows up for two functions.
    let ids = Tensor::new(Element::SI32, &[1, 8]);
    let rows = half(&[1, 8, 1, 64]);
    let mut lookup = Graph::new("lookup").private();
    let stack = lookup.argument("table", table.clone());
    let which = lookup.argument("ids", ids.clone());
    let axis = lookup.integers(&[2]);
    let column = Tensor::new(Element::SI32, &[1, 8, 1]);
    let which = lookup.op("primitive.expand_dims_v1", &[which, axis], column);
    let picked = Tensor::new(Element::SI8, &[1, 8, 1, 64]);
    let picked = lookup.op("primitive.gather_nd_v1", &[stack, which], picked);
    let scaled = lookup.op("primitive.cast_v1", &[picked], rows.clone());
    lookup.output("rows", rows.clone(), scaled);
    program.add(lookup);
    for name in ["gather_embeddings_8", "gather_embeddings_16"] {
        let mut gather = Graph::new(name);
        let which = gather.argument("in_new_token_ids", ids.clone());
        let stack = gather.argument("embedding_table", table.clone());
        let y = gather.invoke("lookup", &[stack, which], rows.clone());
        gather.output("gathered_embeddings", rows.clone(), y);
        program.add(gather);
    }
    for name in ["extend_256_8", "extend_512_8"] {
        let mut extend = Graph::new(name);
        let x = extend.argument("transformer_input", half(&[1, 64, 1]));
        let stack = extend.argument("embedding_table", table.clone());
        let scale = extend.constant(half(&[1, 1, 1]), Data::Splat(vec![1, 1]));
        let zero = extend.zeros(Tensor::new(Element::SI8, &[1, 1, 1]));
        let minimum = extend.zeros(half(&[1, 1, 1]));
        let operands = [stack, scale, zero, minimum];
        let dense = half(&[320, 1, 64]);
        let matrix = extend.op("primitive.blockwise_shift_scale_v2", &operands, dense);
        let y = half(&[320, 1, 1]);
        let y = extend.op("primitive.batch_matmul_v1", &[matrix, x], y);
        let logits = half(&[1, 1, 320]);
        let y = extend.op("primitive.reshape_v2", &[y], logits.clone());
        extend.output("out_logits", logits, y);
        program.add(extend);
    }
    let weights = aicode_asset(&program.write().to_vec()).unwrap().weights;
    let head = weights.head.as_ref().unwrap();
    assert_eq!((&head.kind, head.tied), (&HeadKind::PerTensor, Some(true)));
    let embedding = weights.embedding.as_ref().unwrap();
    assert_eq!(
        (embedding.shape.as_slice(), embedding.quantized),
        (&[320, 1, 64][..], Some(0))
    );
    assert_eq!(weights.quantized.len(), 1);
    let bytes = |function: &str| weights.step(function).unwrap().bytes;
    let (whole, rows) = (bytes("extend_256_8"), bytes("gather_embeddings_8"));
    assert!((320 * 64..320 * 64 + 64).contains(&whole), "{whole}");
    assert!((8 * 64..8 * 64 + 64).contains(&rows), "{rows}");
}

#[test]
fn a_last_layer_of_no_vocabulary_is_no_head() {
    let mut it = Builder::new();
    let matrix = it.stored(Element::F16, &[10, 64]);
    let weights = it.times(matrix, 10, 64);
    assert_eq!(weights.head, None);
    let layers = weights.plain_layers();
    assert_eq!(layers.count(), 1);

    // Scores of classes are called logits as well.
    let mut it = Builder::new();
    let x = it.main.argument("pixel_values", half(&[1, 64]));
    let matrix = it.stored(Element::F16, &[64, 10]);
    let y = it.op("primitive.batch_matmul_v1", &[x, matrix], half(&[1, 10]));
    it.main.output("logits", half(&[1, 10]), y);
    assert_eq!(it.read().weights.head, None);
    // And those of text whose tokens come embedded are the real ones.
    let mut it = Builder::new();
    let x = it.main.argument("inputs_embeds", half(&[1, 64]));
    let matrix = it.stored(Element::F16, &[64, 320]);
    let y = it.op("primitive.batch_matmul_v1", &[x, matrix], half(&[1, 320]));
    it.main.output("logits", half(&[1, 320]), y);
    assert_eq!(it.read().weights.head.unwrap().shape, [64, 320]);
}

#[test]
fn a_table_decoded_after_its_rows_are_picked_is_described_like_any_other() {
    for (scales, expected) in [
        (&[320, 1][..], Granularity::Channel(0)),
        (&[320, 2], Granularity::Block(1)),
        (&[320], Granularity::Channel(0)),
    ] {
        let mut it = Builder::new();
        let column = Tensor::new(Element::SI32, &[1, 1, 1]).dynamic(1);
        let ids = Tensor::new(Element::SI32, &[1, 1]).dynamic(1);
        let ids = it.main.argument("input_ids", ids);
        let axis = it.main.integers(&[2]);
        let ids = it.op("primitive.expand_dims_v1", &[ids, axis], column);
        let gather = "primitive.gather_nd_v1";
        let table = it.stored(Element::SI4, &[320, 64]);
        let row = Tensor::new(Element::SI4, &[1, 1, 64]).dynamic(1);
        let row = it.op(gather, &[table, ids], row);
        let all = it.stored(Element::F16, scales);
        let mut own = vec![1, 1];
        own.extend(&scales[1..]);
        let own = half(&own).dynamic(1);
        let own = it.op(gather, &[all, ids], own);
        let zero = it.splat(Element::SI4, &[1, 1, 1], 0);
        let minimum = it.splat(Element::F16, &[1, 1, 1], 0);
        let x = half(&[1, 1, 64]).dynamic(1);
        let name = "primitive.blockwise_shift_scale_v2";
        let x = it.op(name, &[row, own, zero, minimum], x);
        let width = half(&[1, 1, 64]).dynamic(1);
        it.main.output("hidden", width, x);
        let found = it.read().weights;
        let embedding = found.embedding.as_ref().unwrap();
        assert_eq!(
            (embedding.shape.as_slice(), embedding.quantized),
            (&[320, 64][..], Some(0))
        );
        let weight = &found.quantized[0];
        assert_eq!(
            (weight.kind(), weight.granularity()),
            (QuantizedKind::Affine, expected)
        );
        assert_eq!(weight.scale.as_ref().unwrap().zero_point, None);
        // One row of the data and of the scales, and little else.
        let bytes = found.step("main").unwrap().bytes;
        assert!(bytes < 64 + 64, "{bytes}");
    }
}
