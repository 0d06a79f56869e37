//! Small programs whose weights are stored in every way there is.

use granite_bundle::model::{DType, Scale, Summary, Weights};
use granite_bundle_testkit::program::{Data, Element, Graph, Program, Tensor, Value};

use crate::targets::aicode_asset;

pub(crate) fn half(dims: &[u64]) -> Tensor {
    Tensor::new(Element::F16, dims)
}

/// A program and the one graph under construction.
pub(crate) struct Builder {
    pub(crate) program: Program,
    pub(crate) main: Graph,
}

impl Builder {
    pub(crate) fn new() -> Builder {
        Builder {
            program: Program::default(),
            main: Graph::new("main"),
        }
    }

    /// A constant whose bytes are a resource.
    pub(crate) fn stored(&mut self, element: Element, dims: &[u64]) -> Value {
        let tensor = Tensor::new(element, dims);
        let data = self.program.hole(&tensor);
        self.main.constant(tensor, data)
    }

    /// A constant of one value, zero or not.
    pub(crate) fn splat(&mut self, element: Element, dims: &[u64], byte: u8) -> Value {
        let bytes = vec![byte; element.bytes() as usize];
        let tensor = Tensor::new(element, dims);
        self.main.constant(tensor, Data::Splat(bytes))
    }

    pub(crate) fn op(&mut self, name: &str, operands: &[Value], result: Tensor) -> Value {
        self.main.op(name, operands, result)
    }

    /// `data` times the scale, without offsets.
    pub(crate) fn scaled(
        &mut self,
        data: Value,
        element: Element,
        scale: Value,
        scales: &[u64],
        dims: &[u64],
    ) -> Value {
        let zero = self.splat(element, scales, 0);
        let minimum = self.splat(Element::F16, scales, 0);
        let name = "primitive.blockwise_shift_scale_v2";
        self.op(name, &[data, scale, zero, minimum], half(dims))
    }

    pub(crate) fn looked_up(
        &mut self,
        indices: Value,
        table: Value,
        axis: u8,
        result: Tensor,
    ) -> Value {
        let axis = self.splat(Element::SI16, &[], axis);
        self.op("primitive.lut_to_dense_v1", &[indices, table, axis], result)
    }

    pub(crate) fn dense(&mut self, values: Value, result: Tensor) -> Value {
        let dims: Vec<u64> = result.dims.iter().flatten().copied().collect();
        let mask = self.stored(Element::UI1, &dims);
        let name = "primitive.build_sparse_with_bitmask_v1";
        let sparse = self.op(name, &[values, mask], result.clone());
        self.op(
            "primitive.sparse_with_bitmask_to_dense_v1",
            &[sparse],
            result,
        )
    }

    /// `x` times the transpose of a matrix `[outputs, inputs]`, given back as `y`.
    pub(crate) fn times(mut self, matrix: Value, outputs: u64, inputs: u64) -> Weights {
        let x = self.main.argument("x", half(&[1, inputs]));
        let order = self.main.unsigned(&[1, 0]);
        let turned = half(&[inputs, outputs]);
        let matrix = self.op("primitive.transpose_v1", &[matrix, order], turned);
        let y = self.op(
            "primitive.batch_matmul_v1",
            &[x, matrix],
            half(&[1, outputs]),
        );
        self.main.output("y", half(&[1, outputs]), y);
        self.read().weights
    }

    pub(crate) fn read(mut self) -> Summary {
        self.program.add(self.main);
        aicode_asset(&self.program.write().to_vec()).unwrap()
    }
}

pub(crate) fn scale(dtype: DType, block: &[u64]) -> Scale {
    Scale {
        dtype,
        block: block.to_vec(),
        zero_point: None,
        minimum: None,
    }
}
