//! Generated programs read back as they were written.

use granite_bundle::model::{ValueType, Visibility};
use granite_bundle_testkit::program::{Data, Element, Graph, Program, Tensor};
use proptest::prelude::*;

use crate::targets::aicode_asset;

fn element() -> impl Strategy<Value = Element> {
    prop::sample::select(Element::ALL)
}

fn tensor() -> impl Strategy<Value = Tensor> {
    let dim = prop_oneof![3 => (0_u64..300).prop_map(Some), 1 => Just(None)];
    (element(), prop::collection::vec(dim, 0..7))
        .prop_map(|(element, dims)| Tensor { element, dims })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{0,12}", "\\PC{0,8}", "[\\x00-\\x1f\"%]{1,4}"]
        .prop_map(|name: String| name.replace('\0', "0"))
}

/// Names and tensors of a graph's inputs (given back as outputs) and states.
#[derive(Debug, Clone)]
struct Shape {
    name: String,
    private: bool,
    inputs: Vec<(String, Tensor)>,
    states: Vec<(String, Tensor)>,
}

fn graph() -> impl Strategy<Value = Shape> {
    let values = || prop::collection::vec((name(), tensor()), 0..5);
    (name(), any::<bool>(), values(), values()).prop_map(|(name, private, inputs, states)| Shape {
        name,
        private,
        inputs,
        states,
    })
}

fn write(graphs: &[Shape]) -> Vec<u8> {
    let mut program = Program::default();
    for shape in graphs {
        let mut graph = Graph::new(&shape.name);
        if shape.private {
            graph = graph.private();
        }
        for (name, tensor) in &shape.inputs {
            let value = graph.argument(name, tensor.clone());
            graph.output(name, tensor.clone(), value);
        }
        for (name, tensor) in &shape.states {
            let state = graph.state(name, tensor.clone());
            let (value, token) = graph.read_state(state, tensor);
            graph.write_state(state, value, token);
        }
        program.add(graph);
    }
    program.write().to_vec()
}

fn read_back(values: &[granite_bundle::model::Value]) -> Vec<(String, u64, Vec<Option<u64>>)> {
    let each = values.iter().map(|value| match &value.ty {
        ValueType::Tensor { dtype, shape } => {
            (value.name.clone(), dtype.storage_bytes(), shape.clone())
        }
        other => panic!("{other:?}"),
    });
    each.collect()
}

fn written(values: &[(String, Tensor)]) -> Vec<(String, u64, Vec<Option<u64>>)> {
    let each = values.iter();
    each.map(|(name, tensor)| (name.clone(), tensor.element.bytes(), tensor.dims.clone()))
        .collect()
}

proptest! {
    #[test]
    fn signatures_read_as_written(graphs in prop::collection::vec(graph(), 0..4)) {
        let summary = aicode_asset(&write(&graphs)).unwrap();
        prop_assert_eq!(summary.functions.len(), graphs.len());
        for (read, graph) in summary.functions.iter().zip(&graphs) {
            prop_assert_eq!(&read.name, &graph.name);
            prop_assert_eq!(read.visibility == Visibility::Private, graph.private);
            prop_assert_eq!(read_back(&read.inputs), written(&graph.inputs));
            prop_assert_eq!(read_back(&read.states), written(&graph.states));
            prop_assert_eq!(read_back(&read.outputs), written(&graph.inputs));
        }
    }

    #[test]
    fn one_changed_byte_of_a_generated_program_reads_or_fails(
        graphs in prop::collection::vec(graph(), 1..3),
        at in any::<prop::sample::Index>(),
        value: u8,
    ) {
        let mut bytes = write(&graphs);
        let at = at.index(bytes.len());
        bytes[at] = value;
        if let Err(error) = aicode_asset(&bytes) {
            prop_assert!(error.offset <= bytes.len() as u64);
        }
    }

    #[test]
    fn constants_count_at_their_full_shape(element in element(), dims in prop::collection::vec(1_u64..20, 0..4)) {
        let mut program = Program::default();
        let mut graph = Graph::new("main");
        let tensor = Tensor::new(element, &dims);
        let splat = vec![0; element.bytes() as usize];
        let value = graph.constant(tensor.clone(), Data::Splat(splat));
        graph.output("y", tensor.clone(), value);
        let data = program.resource(vec![1; tensor.bytes() as usize]);
        let value = graph.constant(tensor.clone(), data);
        graph.output("z", tensor.clone(), value);
        program.add(graph);
        let storage = aicode_asset(&program.write().to_vec()).unwrap().weights.storage;
        prop_assert_eq!(storage.len(), 1);
        prop_assert_eq!(storage[0].elements, 2 * dims.iter().product::<u64>());
        prop_assert_eq!(storage[0].bytes, 2 * tensor.bytes());
    }
}
