//! Constants: how many, of which type, how quantized, and which of them make the logits.

use super::classes::classes;
use super::constants::Constants;
use super::dataflow::Dataflow;
use super::head::{self, Tracer};
use super::quantization::Quantization;
use super::{Constant, DType, Function, Storage};
use crate::aicode::Program;
use crate::mlir::ReadError;

/// A constant that the graph dequantizes block by block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantizedWeight {
    /// The integer (or small float) data.
    pub data: Constant,
    /// The scales.
    pub scale: Constant,
    /// Data elements per scale along each axis; its rank is the data's, or it is empty where the
    /// graph does not show it. For a lookup table, data elements per table.
    pub block: Vec<u64>,
}

/// What a constant is for, as far as the graph shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WeightClass {
    /// The table that the token ids pick rows of, even if it is the head's matrix too.
    Embedding,
    /// A matrix that activations are multiplied by.
    Linear,
    /// A convolution's weight.
    Convolution,
    /// A scale, offset or lookup table of another constant.
    QuantizationParameter,
    /// Used otherwise, with a single axis longer than 1: norms, biases, small tables.
    Vector,
    /// Used otherwise, of one element.
    Scalar,
    /// Used otherwise.
    Other,
}

/// A distinct constant and what the graph does with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight {
    /// Type and place.
    pub constant: Constant,
    /// What it is for.
    pub class: WeightClass,
    /// Position in [`Weights::quantized`] if the graph dequantizes it.
    pub quantized: Option<usize>,
}

/// Quantized constants that share types and block size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantizedGroup {
    /// Type of the data.
    pub data: DType,
    /// Type of the scales.
    pub scale: DType,
    /// Data elements per scale along each axis.
    pub block: Vec<u64>,
    /// How many constants.
    pub constants: u64,
    /// Their data elements together.
    pub elements: u64,
}

/// How the weight behind the logits is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadKind {
    /// A float matrix.
    Float,
    /// One scale for each output row (or column).
    PerChannel,
    /// Several scales along the contracted axis; the number is that axis' block size.
    PerBlock(u64),
}

/// The matrix whose product is the logits, where the graph shows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Storage of the matrix.
    pub kind: HeadKind,
    /// Element type and shape of its data.
    pub weight: Constant,
    /// True if the token embedding reads the same constant; `None` if no embedding was found.
    pub tied: Option<bool>,
}

/// Everything the bytecode says about weights.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Weights {
    /// Per element type, most elements first, then by display name.
    pub storage: Vec<Storage>,
    /// Each distinct constant, in file order of its first use.
    pub constants: Vec<Weight>,
    /// Each dequantized constant, in file order.
    pub quantized: Vec<QuantizedWeight>,
    /// The output head of the entry function, where it can be traced.
    pub head: Option<Head>,
    /// The token embedding table (a gather reads one row of it per token), where it can be traced.
    pub embedding: Option<Constant>,
}

impl Weights {
    /// Finds out what a program's constants are for.
    pub(super) fn of(
        program: &Program,
        constants: &Constants,
        functions: &[Function],
    ) -> Result<Weights, ReadError> {
        let flow = Dataflow::new(program, constants)?;
        let quantization = Quantization::of(&flow)?;
        let entry = head::entry(functions).and_then(|entry| {
            Some(Tracer {
                flow: &flow,
                quantization: &quantization,
                graph: *flow.graphs().get(entry)?,
                function: &functions[entry],
            })
        });
        let embedding = entry.as_ref().and_then(Tracer::embedding);
        let classes = classes(&flow, embedding).into_iter();
        let list = constants.list.iter().zip(classes).enumerate();
        Ok(Weights {
            storage: constants.storage(),
            constants: list
                .map(|(position, (constant, class))| Weight {
                    constant: constant.clone(),
                    class,
                    quantized: quantization.position(position),
                })
                .collect(),
            head: entry.and_then(|tracer| tracer.head(embedding)),
            embedding: embedding.map(|table| constants.list[table.constant].clone()),
            quantized: quantization.weights,
        })
    }

    /// Bytes of all constants.
    pub fn bytes(&self) -> u64 {
        let bytes = self.storage.iter().map(|storage| storage.bytes);
        bytes.fold(0, u64::saturating_add)
    }

    /// The dequantized constants by types and block size, in order of first appearance.
    pub fn quantized_groups(&self) -> Vec<QuantizedGroup> {
        let mut groups: Vec<QuantizedGroup> = Vec::new();
        for weight in &self.quantized {
            let elements = weight
                .data
                .shape
                .iter()
                .copied()
                .fold(1, u64::saturating_mul);
            let same = groups.iter_mut().find(|group| {
                (group.data, group.scale) == (weight.data.dtype, weight.scale.dtype)
                    && group.block == weight.block
            });
            match same {
                Some(group) => {
                    group.constants += 1;
                    group.elements = group.elements.saturating_add(elements);
                }
                None => groups.push(QuantizedGroup {
                    data: weight.data.dtype,
                    scale: weight.scale.dtype,
                    block: weight.block.clone(),
                    constants: 1,
                    elements,
                }),
            }
        }
        groups
    }
}
