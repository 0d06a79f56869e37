//! What is said of a model: its dimensions, how it stores weights, its arguments and results.

use crate::program::{Element, Tensor};

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
    pub(super) const fn projection(&self) -> u64 {
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
