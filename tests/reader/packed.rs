//! Elements smaller than a byte: one to a byte or side by side, told apart by the length of the data alone.

use granite_bundle::mlir::{ReadError, ReadErrorKind};
use granite_bundle::model::{Packing, Summary, Visibility};
use granite_bundle_testkit::program::{Data, Element, Graph, Program, Tensor};
use proptest::prelude::*;

use crate::targets::aicode_asset;

/// Elements in a group, bytes of a packed group.
const PACKED: &[(Element, u64, u64)] = &[
    (Element::UI1, 8, 1),
    (Element::SI2, 4, 1),
    (Element::UI2, 4, 1),
    (Element::SI4, 2, 1),
    (Element::UI4, 2, 1),
    (Element::F4E2M1FN, 2, 1),
    (Element::UI6, 4, 3),
];

/// `main() -> y`, where `y` is a constant of that type and of `len` bytes.
fn constant(
    tensor: &Tensor,
    data: impl FnOnce(&mut Program) -> Data,
) -> Result<Summary, ReadError> {
    let mut program = Program::default();
    let mut main = Graph::new("main");
    let data = data(&mut program);
    let value = main.constant(tensor.clone(), data);
    main.output("y", tensor.clone(), value);
    program.add(main);
    aicode_asset(&program.write().to_vec())
}

fn of_len(tensor: &Tensor, len: u64) -> Result<Summary, ReadError> {
    constant(tensor, |program| program.resource(vec![0; len as usize]))
}

fn packed() -> impl Strategy<Value = (Element, u64, u64)> {
    prop::sample::select(PACKED)
}

proptest! {
    #[test]
    fn both_forms_are_read_and_count_the_bytes_there_are(
        (element, group, bytes) in packed(),
        dims in prop::collection::vec(1_u64..40, 0..3),
        inline: bool,
    ) {
        let tensor = Tensor::new(element, &dims);
        let elements = tensor.elements();
        let packed = elements.div_ceil(group) * bytes;
        for (len, packing) in [(elements, Packing::Whole), (packed, Packing::Packed)] {
            let summary = constant(&tensor, |program| match inline {
                true => Data::Inline(vec![0; len as usize]),
                false => program.resource(vec![0; len as usize]),
            }).unwrap();
            let constant = &summary.weights.constants[0].constant;
            prop_assert!(constant.packing == packing || packed == elements);
            prop_assert_eq!(constant.bytes(), len);
            let storage = summary.weights.storage[0];
            prop_assert_eq!((storage.elements, storage.bytes), (elements, len));
            prop_assert_eq!(summary.weights.bytes(), len);
        }
    }

    #[test]
    fn any_other_length_is_refused_with_both_that_fit(
        (element, group, bytes) in packed(),
        dims in prop::collection::vec(1_u64..40, 1..3),
        len in 0_u64..2_000,
    ) {
        let tensor = Tensor::new(element, &dims);
        let elements = tensor.elements();
        let packed = elements.div_ceil(group) * bytes;
        prop_assume!(len != elements && len != packed);
        let error = of_len(&tensor, len).unwrap_err();
        prop_assert!(matches!(error.kind, ReadErrorKind::Misfit(_)), "{error}");
        let text = error.to_string();
        let shape = dims.iter().map(u64::to_string).collect::<Vec<_>>().join(" × ");
        for part in [
            "constant \"resource_0\" of ".to_owned(),
            format!(" {shape} holds {len} bytes"),
            format!("take {packed} packed or {elements} at a byte each"),
        ] {
            prop_assert!(text.contains(&part), "{text}\nlacks {part}");
        }
    }

    #[test]
    fn wider_types_have_one_length(dims in prop::collection::vec(1_u64..20, 1..3), len in 0_u64..900) {
        for element in [Element::Bool, Element::SI8, Element::F8E4M3FN, Element::F16, Element::C32] {
            let tensor = Tensor::new(element, &dims);
            match of_len(&tensor, len) {
                Ok(_) => prop_assert_eq!(len, tensor.bytes()),
                Err(error) => {
                    prop_assert_ne!(len, tensor.bytes());
                    let needed = format!("holds {len} bytes, its elements take {}", tensor.bytes());
                    prop_assert!(error.to_string().contains(&needed), "{error}");
                }
            }
        }
    }

    #[test]
    fn three_bits_that_could_be_packed_somehow_are_not_called_damage(elements in 1_u64..600, len in 0_u64..700) {
        let read = of_len(&Tensor::new(Element::UI3, &[elements]), len);
        let least = (3 * elements).div_ceil(8);
        let most = elements.max(3 * elements.div_ceil(8));
        prop_assert_eq!(read.is_ok(), (least..=most).contains(&len));
        if let Ok(summary) = read {
            let constant = &summary.weights.constants[0].constant;
            let known = constant.packing == Packing::Whole;
            prop_assert_eq!(known, len == elements);
            prop_assert_eq!(constant.bytes(), len);
        }
    }
}

proptest! {
    /// Sizes up to the largest that can be stored: nothing overflows, and nothing is allocated by what a size says.
    #[test]
    fn hostile_sizes_are_read_or_refused(
        element in prop::sample::select(Element::ALL),
        dims in prop::collection::vec(prop_oneof![0_u64..4, Just(1 << 31), Just(1 << 62), Just(i64::MAX as u64)], 0..6),
        len in 0_usize..70,
        form in 0..3,
    ) {
        let tensor = Tensor { element, dims: dims.iter().copied().map(Some).collect() };
        let read = constant(&tensor, |program| match form {
            0 => Data::Splat(vec![0; len]),
            1 => Data::Inline(vec![0; len]),
            _ => program.resource(vec![0; len]),
        });
        let elements = dims.iter().try_fold(1_u128, |all, dim| all.checked_mul((*dim).into()));
        match read {
            Ok(summary) => {
                let constant = &summary.weights.constants[0].constant;
                prop_assert_eq!(Some(u128::from(constant.elements())), elements);
                prop_assert!(form == 0 || constant.bytes() == len as u64);
            }
            Err(error) => prop_assert!(matches!(
                error.kind,
                ReadErrorKind::Misfit(_) | ReadErrorKind::Unexpected { .. }
            ), "{error}"),
        }
    }
}

#[test]
fn constants_have_no_dynamic_sizes() {
    for (element, ..) in PACKED {
        let tensor = Tensor::new(*element, &[4, 4]).dynamic(0);
        let error = of_len(&tensor, 8).unwrap_err();
        assert!(error.to_string().contains("a static shape"), "{error}");
    }
}

#[test]
fn a_splat_has_one_element_and_counts_at_its_full_shape() {
    for (element, ..) in PACKED {
        let tensor = Tensor::new(*element, &[30, 40]);
        let summary = constant(&tensor, |_| Data::Splat(vec![1])).unwrap();
        assert_eq!(summary.weights.bytes(), 1200);
        let error = constant(&tensor, |_| Data::Splat(vec![1; 3])).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("an inline constant of "), "{text}");
        assert!(
            text.contains("holds 3 bytes, the one value of a splat takes 1"),
            "{text}"
        );
    }
}

#[test]
fn values_of_the_same_bytes_are_one_constant_even_where_a_file_lists_them_twice() {
    let tensor = Tensor::new(Element::SI32, &[4]);
    let mut program = Program::default();
    let mut main = Graph::new("main");
    for (name, byte) in [("a", 0x77), ("b", 0x99)] {
        let value = main.constant(tensor.clone(), Data::Inline(vec![byte; 16]));
        main.output(name, tensor.clone(), value);
    }
    program.add(main);
    let mut bytes = program.write().to_vec();
    let elements = |bytes: &Vec<u8>| aicode_asset(bytes).unwrap().weights.storage[0].elements;
    assert_eq!(elements(&bytes), 8);
    let place = bytes.windows(16).position(|run| run == [0x99; 16]).unwrap();
    bytes[place..place + 16].fill(0x77);
    assert_eq!(elements(&bytes), 4);
}

#[test]
fn what_defines_a_composite_operation_is_no_function() {
    let tensor = Tensor::new(Element::F16, &[4]);
    let mut program = Program::default();
    for graph in [
        Graph::new("main"),
        Graph::new("rms_norm").composite("rms_norm"),
        Graph::new("helper").private().composite("helper"),
    ] {
        let mut graph = graph;
        let x = graph.argument("x", tensor.clone());
        graph.output("y", tensor.clone(), x);
        program.add(graph);
    }
    let summary = aicode_asset(&program.write().to_vec()).unwrap();
    let functions = summary.functions.iter();
    let public = functions.filter(|function| function.visibility == Visibility::Public);
    let names: Vec<_> = public.map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["main"]);
    assert_eq!(summary.functions.len(), 3);
}
