//! The graph of a decode step.

use super::{Granite, Head, Precision};
use crate::program::{Data, Element, Graph, Program, Tensor, Type, Value};

/// The decode step under construction.
pub(super) struct Step<'a> {
    granite: &'a Granite,
    graph: Graph,
    program: &'a mut Program,
    /// Linear layers so far.
    linears: usize,
}

impl<'a> Step<'a> {
    /// One with nothing in it; constants go into the program.
    pub(super) fn new(granite: &'a Granite, program: &'a mut Program) -> Step<'a> {
        Step {
            granite,
            graph: Graph::new(&granite.signature.function),
            program,
            linears: 0,
        }
    }

    /// The whole step.
    pub(super) fn build(mut self) -> Graph {
        let signature = &self.granite.signature;
        let geometry = &self.granite.geometry;
        let inputs: Vec<Value> = signature
            .inputs
            .iter()
            .map(|(name, tensor)| self.graph.argument(name, tensor.clone()))
            .collect();
        let states: Vec<Value> = signature
            .states
            .iter()
            .map(|(name, tensor)| self.graph.state(name, tensor.clone()))
            .collect();
        let table = self.matrix(self.granite.embedding, geometry.vocab, geometry.hidden);
        let mut x = self.embed(table, &inputs);
        for _ in 0..geometry.mamba_layers {
            x = self.mamba(x);
            x = self.mlp(x);
            x = self.fill(x);
        }
        for _ in 0..geometry.attention_layers {
            x = self.attention(x);
            x = self.mlp(x);
            x = self.fill(x);
        }
        for ((_, tensor), state) in signature.states.iter().zip(states) {
            self.update(state, tensor);
        }
        self.logits(x, table);
        self.graph
    }

    /// Width of the step: one token in one sequence.
    fn row(&self, width: u64) -> Tensor {
        Tensor::new(Element::F16, &[1, 1, width])
    }

    fn embed(&mut self, table: Value, inputs: &[Value]) -> Value {
        let names = self.granite.signature.inputs.iter();
        let position = names.clone().position(|(name, _)| name == "input_ids");
        let position = position.unwrap_or(0);
        let Some(ids) = inputs.get(position) else {
            return self.graph.zeros(self.row(self.granite.geometry.hidden));
        };
        let mut indices = self.granite.signature.inputs[position].1.clone();
        let axis = self.graph.integers(&[indices.dims.len() as i32]);
        indices.dims.push(Some(1));
        let ids = self
            .graph
            .op("primitive.expand_dims_v1", &[*ids, axis], indices);
        let row = self.row(self.granite.geometry.hidden);
        let row = self.graph.op("primitive.gather_nd_v1", &[table, ids], row);
        self.scale(row, self.granite.geometry.hidden)
    }

    /// A matrix constant, dequantized if need be: `[outputs, inputs]` in float16.
    fn matrix(&mut self, precision: Precision, outputs: u64, inputs: u64) -> Value {
        let (element, scale, block) = match precision {
            Precision::Float(element) => {
                return self.weight(Tensor::new(element, &[outputs, inputs]));
            }
            Precision::PerBlock(element, block) => (element, Element::F16, [1, block]),
            Precision::PerChannel(element) => (element, Element::F16, [1, inputs]),
            Precision::Blocks(element, scale, block) => (element, scale, block),
            Precision::Palette { bits, vector, rows } => {
                return self.palette(bits, vector, rows, [outputs, inputs]);
            }
            Precision::Sparse => return self.sparse(outputs, inputs),
        };
        let scales = [outputs / block[0], inputs / block[1]];
        let data = self.weight(Tensor::new(element, &[outputs, inputs]));
        let scale = self.weight(Tensor::new(scale, &scales));
        let data_offset = self.graph.zeros(Tensor::new(element, &scales));
        let scale_offset = self.graph.zeros(Tensor::new(Element::F16, &scales));
        self.graph.op(
            "primitive.blockwise_shift_scale_v2",
            &[data, scale, data_offset, scale_offset],
            Tensor::new(Element::F16, &[outputs, inputs]),
        )
    }

    fn palette(&mut self, bits: u8, vector: u64, rows: u64, [outputs, inputs]: [u64; 2]) -> Value {
        let index = match bits {
            1 => Element::UI1,
            2 => Element::UI2,
            4 => Element::UI4,
            6 => Element::UI6,
            _ => Element::UI8,
        };
        let indices = self.weight(Tensor::new(index, &[outputs / vector, inputs]));
        let tables = [outputs / rows, 1, 1 << bits, vector];
        let table = self.weight(Tensor::new(Element::F16, &tables));
        let axis = self.graph.zeros(Tensor::new(Element::SI16, &[]));
        self.graph.op(
            "primitive.lut_to_dense_v1",
            &[indices, table, axis],
            Tensor::new(Element::F16, &[outputs, inputs]),
        )
    }

    fn sparse(&mut self, outputs: u64, inputs: u64) -> Value {
        let values = self.weight(Tensor::new(Element::F16, &[outputs * inputs / 2]));
        let mask = self.weight(Tensor::new(Element::UI1, &[outputs, inputs]));
        let dense = Tensor::new(Element::F16, &[outputs, inputs]);
        let name = "primitive.build_sparse_with_bitmask_v1";
        let sparse = self.graph.op(name, &[values, mask], dense.clone());
        self.graph.op(
            "primitive.sparse_with_bitmask_to_dense_v1",
            &[sparse],
            dense,
        )
    }

    fn weight(&mut self, tensor: Tensor) -> Value {
        let data = self.program.hole(&tensor);
        self.graph.constant(tensor, data)
    }

    /// A small per-head constant: distinct values, stored inline.
    fn heads(&mut self) -> Value {
        let heads = self.granite.geometry.mamba_heads;
        let data = (0..heads)
            .flat_map(|head| (0x3C00 + head as u16).to_le_bytes())
            .collect();
        let tensor = Tensor::new(Element::F16, &[1, 1, heads]);
        self.graph.constant(tensor, Data::Inline(data))
    }

    fn linear(&mut self, x: Value, outputs: u64, inputs: u64) -> Value {
        let odd = self
            .granite
            .odd_linear
            .filter(|(place, _)| *place == self.linears);
        self.linears += 1;
        let precision = odd.map_or(self.granite.linears, |(_, precision)| precision);
        let matrix = self.matrix(precision, outputs, inputs);
        self.product(x, matrix, outputs, inputs)
    }

    /// `x` times the transpose of an `[outputs, inputs]` matrix.
    fn product(&mut self, x: Value, matrix: Value, outputs: u64, inputs: u64) -> Value {
        let order = self.graph.unsigned(&[1, 0]);
        let transposed = Tensor::new(Element::F16, &[inputs, outputs]);
        let matrix = self
            .graph
            .op("primitive.transpose_v1", &[matrix, order], transposed);
        let axis = self.graph.integers(&[0]);
        let batched = Tensor::new(Element::F16, &[1, inputs, outputs]);
        let matrix = self
            .graph
            .op("primitive.expand_dims_v1", &[matrix, axis], batched);
        let row = self.row(outputs);
        self.graph
            .op("primitive.batch_matmul_v1", &[x, matrix], row)
    }

    fn norm(&mut self, x: Value, width: u64) -> Value {
        let weight = self.weight(self.row(width));
        let row = self.row(width);
        self.graph.op("primitive.mul_v1", &[x, weight], row)
    }

    /// Multiplication by one number.
    fn scale(&mut self, x: Value, width: u64) -> Value {
        let row = self.row(width);
        let factor = self
            .graph
            .constant(row.clone(), Data::Splat(vec![0x66, 0x2E]));
        self.graph.op("primitive.mul_v1", &[x, factor], row)
    }

    fn add(&mut self, a: Value, b: Value, width: u64) -> Value {
        let row = self.row(width);
        self.graph.op("primitive.add_v1", &[a, b], row)
    }

    /// The columns `start..end` of a row.
    fn columns(&mut self, x: Value, start: u64, end: u64) -> Value {
        let starts = self.graph.integers(&[0, 0, start as i32]);
        let ends = self.graph.integers(&[1, 1, end as i32]);
        let steps = self.graph.integers(&[1, 1, 1]);
        let row = self.row(end - start);
        self.graph
            .op("primitive.slice_v1", &[x, starts, ends, steps], row)
    }

    fn mamba(&mut self, x: Value) -> Value {
        let geometry = &self.granite.geometry;
        let (hidden, inner, channels) =
            (geometry.hidden, geometry.inner(), geometry.conv_channels());
        let normed = self.norm(x, hidden);
        let projected = self.linear(normed, geometry.projection(), hidden);
        let gate = self.columns(projected, 0, inner);
        let mixed = self.columns(projected, inner, inner + channels);
        let step = self.columns(projected, inner + channels, geometry.projection());
        for _ in ["time step bias", "decay", "skip"] {
            let heads = self.heads();
            self.add(step, heads, geometry.mamba_heads);
        }
        let mixed = self.convolve(mixed);
        let mixed = self.columns(mixed, 0, inner);
        let row = self.row(inner);
        let gated = self.graph.op("primitive.mul_v1", &[mixed, gate], row);
        let gated = self.norm(gated, inner);
        let out = self.linear(gated, hidden, inner);
        let out = self.scale(out, hidden);
        self.add(x, out, hidden)
    }

    /// One tap of the causal convolution, with weight and bias of full size.
    fn convolve(&mut self, mixed: Value) -> Value {
        let geometry = &self.granite.geometry;
        let (channels, taps) = (geometry.conv_channels(), geometry.conv_taps);
        let weight = self.weight(Tensor::new(Element::F16, &[1, taps, channels]));
        let starts = self.graph.integers(&[0, 0, 0]);
        let ends = self.graph.integers(&[1, 1, channels as i32]);
        let steps = self.graph.integers(&[1, 1, 1]);
        let row = self.row(channels);
        let tap = self.graph.op(
            "primitive.slice_v1",
            &[weight, starts, ends, steps],
            row.clone(),
        );
        let mixed = self
            .graph
            .op("primitive.mul_v1", &[mixed, tap], row.clone());
        let bias = self.weight(row);
        self.add(mixed, bias, channels)
    }

    fn attention(&mut self, x: Value) -> Value {
        let geometry = &self.granite.geometry;
        let hidden = geometry.hidden;
        let queries = geometry.query_heads * geometry.head_dim;
        let keys = geometry.kv_heads * geometry.head_dim;
        let normed = self.norm(x, hidden);
        let query = self.linear(normed, queries, hidden);
        let key = self.linear(normed, keys, hidden);
        let value = self.linear(normed, keys, hidden);
        self.add(key, value, keys);
        let query = self.scale(query, queries);
        let out = self.linear(query, hidden, queries);
        let out = self.scale(out, hidden);
        self.add(x, out, hidden)
    }

    fn mlp(&mut self, x: Value) -> Value {
        let (hidden, mlp) = (self.granite.geometry.hidden, self.granite.geometry.mlp);
        let normed = self.norm(x, hidden);
        let both = self.linear(normed, 2 * mlp, hidden);
        let gate = self.columns(both, 0, mlp);
        let up = self.columns(both, mlp, 2 * mlp);
        let row = self.row(mlp);
        let product = self.graph.op("primitive.mul_v1", &[gate, up], row);
        let out = self.linear(product, hidden, mlp);
        let out = self.scale(out, hidden);
        self.add(x, out, hidden)
    }

    fn fill(&mut self, mut x: Value) -> Value {
        for _ in 0..self.granite.filler {
            x = self.scale(x, self.granite.geometry.hidden);
        }
        x
    }

    /// Reads a state, rewrites each layer's part of it, and writes it back.
    fn update(&mut self, state: Value, tensor: &Tensor) {
        let (mut whole, token) = self.graph.read_state(state, tensor);
        let layers = match tensor.dims.first() {
            Some(Some(layers)) if tensor.dims.len() > 1 => (*layers).min(64),
            _ => 0,
        };
        for layer in 0..layers as i32 {
            let mut starts = vec![0; tensor.dims.len()];
            let mut ends: Vec<i32> = tensor
                .dims
                .iter()
                .map(|dim| dim.map_or(i32::MAX, |dim| dim as i32))
                .collect();
            (starts[0], ends[0]) = (layer, layer + 1);
            let mut part = tensor.clone();
            part.dims[0] = Some(1);
            let starts = self.graph.integers(&starts);
            let ends = self.graph.integers(&ends);
            let steps = self.graph.integers(&vec![1; tensor.dims.len()]);
            let part = self
                .graph
                .op("primitive.slice_v1", &[whole, starts, ends, steps], part);
            whole = self.graph.op(
                "primitive.slice_update_v1",
                &[whole, starts, ends, steps, part],
                tensor.clone(),
            );
        }
        self.graph.write_state(state, whole, token);
    }

    fn logits(&mut self, x: Value, table: Value) {
        let granite = self.granite;
        let (vocab, hidden) = (granite.geometry.vocab, granite.geometry.hidden);
        let mut x = self.norm(x, hidden);
        for operation in &granite.operations {
            let row = self.row(hidden);
            x = self.graph.op(operation, &[x], row);
        }
        let matrix = match granite.head {
            Head::Tied => table,
            Head::Untied(precision) => self.matrix(precision, vocab, hidden),
        };
        let product = self.product(x, matrix, vocab, hidden);
        let mut outputs = granite.signature.outputs.iter();
        if let Some((name, tensor)) = outputs.next() {
            let row = self.row(vocab);
            let divisor = self
                .graph
                .constant(row.clone(), Data::Splat(vec![0x00, 0x46]));
            let scaled = self
                .graph
                .op("primitive.divide_v1", &[product, divisor], row);
            let logits = if tensor.element == Element::F16 {
                scaled
            } else {
                self.graph
                    .op("primitive.cast_v1", &[scaled], tensor.clone())
            };
            self.graph.output(name, tensor.clone(), logits);
        }
        for (name, tensor) in outputs {
            let value = self.graph.zeros(tensor.clone());
            self.graph.output(name, Type::Tensor(tensor.clone()), value);
        }
    }
}
