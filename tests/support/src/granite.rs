//! Granite 4.0-H decode-step assets, full size, every part of them changeable.

use crate::asset::Asset;
use crate::file::FileImage;
use crate::program::{Data, Element, Graph, Program, Tensor, Type, Value};

/// Dimensions of a model, as its published configuration gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Geometry {
    /// Width of the residual stream.
    pub hidden: u64,
    /// Mamba layers.
    pub mamba_layers: u64,
    /// Attention layers.
    pub attention_layers: u64,
    /// Mamba heads.
    pub mamba_heads: u64,
    /// Width of a Mamba head.
    pub mamba_head_dim: u64,
    /// Recurrent state per channel.
    pub state: u64,
    /// Taps of the causal convolution.
    pub conv_taps: u64,
    /// Query heads.
    pub query_heads: u64,
    /// Key and value heads.
    pub kv_heads: u64,
    /// Width of an attention head.
    pub head_dim: u64,
    /// Width of the shared MLP.
    pub mlp: u64,
    /// Tokens.
    pub vocab: u64,
}

impl Geometry {
    /// granite-4.0-h-1b.
    pub const fn granite_1b() -> Geometry {
        Geometry {
            hidden: 1536,
            mamba_layers: 36,
            attention_layers: 4,
            mamba_heads: 48,
            mamba_head_dim: 64,
            state: 128,
            conv_taps: 4,
            query_heads: 12,
            kv_heads: 4,
            head_dim: 128,
            mlp: 4096,
            vocab: 100_352,
        }
    }

    /// granite-4.0-h-350m.
    pub const fn granite_350m() -> Geometry {
        Geometry {
            hidden: 768,
            mamba_layers: 28,
            attention_layers: 4,
            mamba_heads: 48,
            mamba_head_dim: 32,
            state: 128,
            conv_taps: 4,
            query_heads: 12,
            kv_heads: 4,
            head_dim: 64,
            mlp: 2048,
            vocab: 100_352,
        }
    }

    /// Inner width of a Mamba layer.
    pub const fn inner(&self) -> u64 {
        self.mamba_heads * self.mamba_head_dim
    }

    /// Channels of the convolution: the inner width and one group's two state projections.
    pub const fn conv_channels(&self) -> u64 {
        self.inner() + 2 * self.state
    }

    /// Every linear layer but the head: output and input width, and how many of them.
    pub fn linears(&self) -> Vec<(u64, u64, u64)> {
        let layers = self.mamba_layers + self.attention_layers;
        let queries = self.query_heads * self.head_dim;
        let keys = self.kv_heads * self.head_dim;
        vec![
            (self.projection(), self.hidden, self.mamba_layers),
            (self.hidden, self.inner(), self.mamba_layers),
            (queries, self.hidden, self.attention_layers),
            (keys, self.hidden, 2 * self.attention_layers),
            (self.hidden, queries, self.attention_layers),
            (2 * self.mlp, self.hidden, layers),
            (self.hidden, self.mlp, layers),
        ]
    }

    /// Output width of a Mamba layer's input projection: gate, convolution, time step.
    const fn projection(&self) -> u64 {
        self.inner() + self.conv_channels() + self.mamba_heads
    }
}

/// How a matrix is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// A float matrix of this type.
    Float(Element),
    /// Integers of this type, one float16 scale per this many along the input axis.
    PerBlock(Element, u64),
    /// Integers of this type, one float16 scale per output row.
    PerChannel(Element),
    /// Integers of this type, scales of another, one for each so many outputs and inputs.
    Blocks(Element, Element, [u64; 2]),
    /// Indices of so many bits into tables of float16 vectors of so many elements, one table for each so many outputs.
    Palette {
        /// Bits of an index: 1, 2, 4, 6 or 8.
        bits: u8,
        /// Elements of a table's value, which lie along the outputs.
        vector: u64,
        /// Outputs that share a table.
        rows: u64,
    },
    /// Every second element of a float16 matrix, and a mask.
    Sparse,
}

impl Precision {
    /// A float16 matrix.
    pub const FLOAT16: Precision = Precision::Float(Element::F16);
    /// 8-bit integers in blocks of 32.
    pub const INT8_BLOCK32: Precision = Precision::PerBlock(Element::SI8, 32);

    /// Bytes of an `outputs` × `inputs` matrix with its scales.
    pub fn bytes(self, outputs: u64, inputs: u64) -> u64 {
        match self {
            Precision::Float(element) => outputs * inputs * element.bytes(),
            Precision::PerBlock(element, block) => {
                outputs * inputs * element.bytes() + outputs * (inputs / block) * 2
            }
            Precision::PerChannel(element) => outputs * inputs * element.bytes() + outputs * 2,
            Precision::Blocks(element, scale, [rows, columns]) => {
                let scales = (outputs / rows) * (inputs / columns);
                outputs * inputs * element.bytes() + scales * scale.bytes()
            }
            Precision::Palette { bits, vector, rows } => {
                outputs / vector * inputs + (outputs / rows) * (1 << bits) * vector * 2
            }
            Precision::Sparse => outputs * inputs + outputs * inputs,
        }
    }
}

/// The matrix that makes the logits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// The embedding, read again.
    Tied,
    /// A matrix of its own.
    Untied(Precision),
}

/// Names, types and order of the function's arguments and results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Name of the function.
    pub function: String,
    /// Inputs.
    pub inputs: Vec<(String, Tensor)>,
    /// Outputs; the first is the logits.
    pub outputs: Vec<(String, Tensor)>,
    /// States.
    pub states: Vec<(String, Tensor)>,
}

impl Signature {
    /// The decode step's signature.
    pub fn decode_step(geometry: &Geometry) -> Signature {
        let key_value = Tensor::new(
            Element::F16,
            &[
                geometry.attention_layers,
                1,
                geometry.kv_heads,
                0,
                geometry.head_dim,
            ],
        )
        .dynamic(3);
        let convolution = [
            geometry.mamba_layers,
            1,
            geometry.conv_channels(),
            geometry.conv_taps - 1,
        ];
        let recurrent = [
            geometry.mamba_layers,
            1,
            geometry.mamba_heads,
            geometry.mamba_head_dim,
            geometry.state,
        ];
        Signature {
            function: "main".to_owned(),
            inputs: vec![
                named("input_ids", Tensor::new(Element::SI32, &[1, 1])),
                named(
                    "position_ids",
                    Tensor::new(Element::SI32, &[1, 0]).dynamic(1),
                ),
            ],
            outputs: vec![named(
                "logits",
                Tensor::new(Element::F16, &[1, 1, geometry.vocab]),
            )],
            states: vec![
                named("keyCache", key_value.clone()),
                named("valueCache", key_value),
                named("convState", Tensor::new(Element::F16, &convolution)),
                named("recState", Tensor::new(Element::F16, &recurrent)),
            ],
        }
    }

    /// A state's tensor, to be changed.
    ///
    /// # Panics
    /// If there is no state of that name.
    pub fn state(&mut self, name: &str) -> &mut Tensor {
        let state = self.states.iter_mut().find(|(state, _)| state == name);
        &mut state.expect("a state of the signature").1
    }
}

fn named(name: &str, tensor: Tensor) -> (String, Tensor) {
    (name.to_owned(), tensor)
}

/// A Granite asset: a decode step with weights of full size that take no disk.
#[derive(Debug, Clone)]
pub struct Granite {
    /// Dimensions of the weights.
    pub geometry: Geometry,
    /// Arguments and results; the weights do not follow its changes.
    pub signature: Signature,
    /// Storage of every linear layer but the head.
    pub linears: Precision,
    /// Storage of one of them that differs, and its place among them.
    pub odd_linear: Option<(usize, Precision)>,
    /// Storage of the token embedding.
    pub embedding: Precision,
    /// The matrix behind the logits.
    pub head: Head,
    /// Operations added before the logits, such as `primitive.round_v1`.
    pub operations: Vec<String>,
    /// Names of public functions added after the main one, each returning its input.
    pub functions: Vec<String>,
    /// Multiplications added to every layer, for a graph as long as an exporter's.
    pub filler: usize,
    /// Size the bytecode file is padded to with a resource nobody reads, bytes.
    pub padded_to: Option<u64>,
}

impl Granite {
    /// Everything float16, head tied.
    pub fn fp16(geometry: Geometry) -> Granite {
        Granite {
            signature: Signature::decode_step(&geometry),
            geometry,
            linears: Precision::FLOAT16,
            odd_linear: None,
            embedding: Precision::FLOAT16,
            head: Head::Tied,
            operations: Vec::new(),
            functions: Vec::new(),
            filler: 0,
            padded_to: None,
        }
    }

    /// `int8lin`: linear layers int8 in blocks of 32, embedding float16, head tied to it.
    pub fn int8lin(geometry: Geometry) -> Granite {
        Granite {
            linears: Precision::INT8_BLOCK32,
            ..Granite::fp16(geometry)
        }
    }

    /// `int8hu_block32_sym`: as `int8lin`, with a head of its own in int8, blocks of 32.
    pub fn int8hu(geometry: Geometry) -> Granite {
        Granite {
            head: Head::Untied(Precision::INT8_BLOCK32),
            ..Granite::int8lin(geometry)
        }
    }

    /// Bytes of the linear layers, the embedding and an untied head, scales included.
    pub fn matrix_bytes(&self) -> u64 {
        let (vocab, hidden) = (self.geometry.vocab, self.geometry.hidden);
        let linears: u64 = self
            .geometry
            .linears()
            .into_iter()
            .map(|(outputs, inputs, count)| self.linears.bytes(outputs, inputs) * count)
            .sum();
        let head = match self.head {
            Head::Tied => 0,
            Head::Untied(precision) => precision.bytes(vocab, hidden),
        };
        linears + self.embedding.bytes(vocab, hidden) + head
    }

    /// The asset folder, without a hash file.
    pub fn asset(&self) -> Asset {
        let mut asset = Asset::new(Program::default());
        asset.bytecode = Some(self.bytecode());
        asset
    }

    /// The bytecode file.
    pub fn bytecode(&self) -> FileImage {
        let plain = self.program().write();
        let Some(target) = self.padded_to else {
            return plain;
        };
        let mut padding = target - plain.len();
        loop {
            let mut program = self.program();
            program.hole(&Tensor::new(Element::UI8, &[padding]));
            let padded = program.write();
            if padded.len() <= target {
                padding += target - padded.len();
            } else {
                padding -= padded.len() - target;
            }
            if padded.len() == target {
                return padded;
            }
        }
    }

    /// The program, for further changes.
    pub fn program(&self) -> Program {
        let mut program = Program::default();
        let step = Step {
            granite: self,
            graph: Graph::new(&self.signature.function),
            program: &mut program,
            linears: 0,
        }
        .build();
        program.add(step);
        for name in &self.functions {
            let mut graph = Graph::new(name);
            let tensor = Tensor::new(Element::F16, &[1]);
            let value = graph.argument("x", tensor.clone());
            graph.output("y", tensor, value);
            program.add(graph);
        }
        program
    }
}

/// The decode step under construction.
struct Step<'a> {
    granite: &'a Granite,
    graph: Graph,
    program: &'a mut Program,
    /// Linear layers so far.
    linears: usize,
}

impl Step<'_> {
    fn build(mut self) -> Graph {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_have_the_predicted_bytes() {
        let int8lin = Granite::int8lin(Geometry::granite_1b());
        assert_eq!(int8lin.matrix_bytes(), 1_696_499_712);
        let int8hu = Granite::int8hu(Geometry::granite_1b());
        assert_eq!(int8hu.matrix_bytes() - int8lin.matrix_bytes(), 163_774_464);
        let fp16 = Granite::fp16(Geometry::granite_350m());
        assert_eq!(fp16.matrix_bytes(), 679_968_768);
    }

    #[test]
    fn a_padded_file_has_the_asked_size() {
        let granite = Granite {
            padded_to: Some(681_106_231),
            ..Granite::fp16(Geometry::granite_350m())
        };
        assert_eq!(granite.bytecode().len(), 681_106_231);
    }
}
