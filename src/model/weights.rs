//! Facts of an asset's weights: how many, of which type, how stored, and which of them make the logits.

use super::quantized::Granularity;
use super::{Constant, DType, QuantizedWeight, Storage};

/// What a constant is for, as far as the graph shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WeightClass {
    /// The table that the token ids pick rows of, even if it is the head's matrix too.
    Embedding,
    /// A matrix that activations are multiplied by, or a stack of them that a gather picks from.
    Linear,
    /// A convolution's weight.
    Convolution,
    /// A scale, offset, lookup table or mask of another constant.
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
    /// Position in [`Weights::quantized`] if the graph decodes it.
    pub quantized: Option<usize>,
    /// The axis of the weight, as the graph uses it, that a product or convolution sums over; `None` where there is
    /// none or the graph does not show it.
    pub summed_axis: Option<usize>,
}

/// Values of one type that the graph quantizes as it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantizedActivations {
    /// Type they become.
    pub data: DType,
    /// Type of the scales.
    pub scale: DType,
    /// Which elements share a scale.
    pub granularity: Granularity,
    /// How many operations do so.
    pub operations: u64,
}

/// How the weight behind the logits is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadKind {
    /// A float matrix.
    Float,
    /// One scale for all.
    PerTensor,
    /// One scale for each output row (or column).
    PerChannel,
    /// One scale for so many whole output rows.
    PerRows(u64),
    /// Several scales along the contracted axis; the number is that axis' block size.
    PerBlock(u64),
    /// Indices of tables with so many entries.
    Palette(u64),
    /// A float matrix of which only some elements are stored.
    Sparse,
    /// Some other way, or the graph does not show it.
    Unknown,
}

/// The matrix whose product is the logits, where the graph shows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Storage of the matrix.
    pub kind: HeadKind,
    /// Element type and shape of its data.
    pub weight: Constant,
    /// Sizes of the matrix itself.
    pub shape: Vec<u64>,
    /// Position in [`Weights::quantized`] if the graph decodes it.
    pub quantized: Option<usize>,
    /// True if the token embedding reads the same constant; `None` if no embedding was found.
    pub tied: Option<bool>,
}

/// The table that the token ids pick rows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedding {
    /// Element type and shape of its data.
    pub weight: Constant,
    /// Sizes of the table itself, rows first.
    pub shape: Vec<u64>,
    /// Position in [`Weights::quantized`] if the graph decodes it.
    pub quantized: Option<usize>,
}

/// Stacks of matrices of which a token picks some: the experts of a mixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Experts {
    /// Matrices in each stack.
    pub of: u64,
    /// How many a step picks of each; `None` where the graph does not show it.
    pub picked: Option<u64>,
    /// How many stacks there are.
    pub stacks: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// What one step of a function reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepReads {
    /// Name of the function.
    pub function: String,
    /// Bytes of weights: every constant the function uses, but of a table only the rows it gathers and of a stack of
    /// experts only those it picks. A dynamic number of tokens counts as one.
    pub bytes: u64,
    /// The stacks of experts, by number and share.
    pub experts: Vec<Experts>,
}

/// Everything the bytecode says about weights.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Weights {
    /// Per element type, most elements first, then by display name.
    pub storage: Vec<Storage>,
    /// Each distinct constant, in file order of its first use.
    pub constants: Vec<Weight>,
    /// Each decoded constant, in file order.
    pub quantized: Vec<QuantizedWeight>,
    /// Values quantized as the graph runs, in file order.
    pub activations: Vec<QuantizedActivations>,
    /// The output head of the entry function, where it can be traced.
    pub head: Option<Head>,
    /// The token embedding table (a gather reads one row of it per token), where it can be traced.
    pub embedding: Option<Embedding>,
    /// What a step of each public function reads, in file order.
    pub steps: Vec<StepReads>,
}

/// Decoded constants that are described by the same words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantizedGroup {
    /// The first of them.
    pub first: QuantizedWeight,
    /// Positions in [`Weights::quantized`].
    pub members: Vec<usize>,
    /// Elements of the weights together.
    pub elements: u64,
    /// Elements stored of them, fewer where they are sparse.
    pub stored: u64,
    /// Bytes of data and everything they are decoded with.
    pub bytes: u64,
}

impl Weights {
    /// Bytes of all constants.
    pub fn bytes(&self) -> u64 {
        let bytes = self.storage.iter().map(|storage| storage.bytes);
        bytes.fold(0, u64::saturating_add)
    }

    /// The axis that a product sums over, for each of [`Weights::quantized`].
    pub fn summed_axes(&self) -> Vec<Option<usize>> {
        let mut axes = vec![None; self.quantized.len()];
        for weight in &self.constants {
            if let Some(axis) = weight.quantized.and_then(|at| axes.get_mut(at)) {
                *axis = weight.summed_axis;
            }
        }
        axes
    }

    /// The linear layers that are used as they are stored, the head and the embedding left out.
    pub fn plain_layers(&self) -> impl Iterator<Item = &Weight> {
        let head = self.head.as_ref().map(|head| &head.weight);
        self.constants.iter().filter(move |weight| {
            weight.class == WeightClass::Linear
                && weight.quantized.is_none()
                && Some(&weight.constant) != head
        })
    }

    /// What a step of the public function of that name reads; `None` if there is none.
    pub fn step(&self, function: &str) -> Option<&StepReads> {
        self.steps.iter().find(|step| step.function == function)
    }

    /// The decoded constants by everything but their sizes, in order of first appearance.
    pub fn quantized_groups(&self) -> Vec<QuantizedGroup> {
        let mut groups: Vec<QuantizedGroup> = Vec::new();
        for (position, weight) in self.quantized.iter().enumerate() {
            let stored = weight
                .sparse
                .map_or(weight.elements(), |sparse| sparse.stored);
            let same = groups
                .iter_mut()
                .find(|group| group.first.is_stored_like(weight));
            let group = match same {
                Some(group) => group,
                None => {
                    groups.push(QuantizedGroup {
                        first: weight.clone(),
                        members: Vec::new(),
                        elements: 0,
                        stored: 0,
                        bytes: 0,
                    });
                    let Some(last) = groups.last_mut() else { break };
                    last
                }
            };
            group.members.push(position);
            group.elements = group.elements.saturating_add(weight.elements());
            group.stored = group.stored.saturating_add(stored);
            group.bytes = group.bytes.saturating_add(weight.bytes);
        }
        groups
    }
}
