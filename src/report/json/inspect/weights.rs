//! The weights of an entry: how each is stored, and what of them a step reads.

use serde::Serialize;

use crate::model::{
    Constant, Embedding, Experts, Granularity, Head, Palette, QuantizedActivations, QuantizedGroup,
    QuantizedWeight, Sparse, WeightClass, Weights,
};

/// Decoded constants that are described by the same words.
#[derive(Debug, Serialize)]
pub struct Quantized {
    pub kind: &'static str,
    pub data: &'static str,
    pub scale: Option<&'static str>,
    pub block: Vec<u64>,
    pub granularity: Option<&'static str>,
    pub axis: Option<usize>,
    pub zero_point: Option<&'static str>,
    pub minimum: Option<&'static str>,
    pub palette: Option<PaletteFacts>,
    pub sparse: Option<SparseFacts>,
    pub constants: u64,
    pub elements: u64,
    pub bytes: u64,
}

/// The tables of a palette.
#[derive(Debug, Serialize)]
pub struct PaletteFacts {
    pub entries: u64,
    pub table: &'static str,
    pub table_scale: Option<&'static str>,
    pub tables: u64,
    pub vector: u64,
    pub vector_axis: Option<usize>,
    pub block: Vec<u64>,
    pub granularity: &'static str,
    pub axis: Option<usize>,
}

/// What a sparse weight stores.
#[derive(Debug, Serialize)]
pub struct SparseFacts {
    pub stored: u64,
    pub density: f64,
    pub mask: &'static str,
}

/// One weight.
#[derive(Debug, Serialize)]
pub struct WeightFacts {
    pub class: &'static str,
    pub data: &'static str,
    pub shape: Vec<u64>,
    pub elements: u64,
    pub bytes: u64,
    pub quantized: Option<usize>,
    pub summed_axis: Option<usize>,
}

/// The head or the embedding.
#[derive(Debug, Serialize)]
pub struct TableFacts {
    pub kind: &'static str,
    pub granularity: Option<&'static str>,
    pub data: &'static str,
    pub shape: Vec<u64>,
    pub quantized: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tied: Option<Option<bool>>,
}

/// Values quantized as the graph runs.
#[derive(Debug, Serialize)]
pub struct ActivationFacts {
    pub data: &'static str,
    pub scale: &'static str,
    pub granularity: &'static str,
    pub axis: Option<usize>,
    pub operations: u64,
}

/// Stacks of matrices of which a step picks some.
#[derive(Debug, Serialize)]
pub struct ExpertFacts {
    pub experts: u64,
    pub per_token: Option<u64>,
    pub stacks: u64,
    pub bytes: u64,
}

/// Everything `--weights` adds but the storage.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) quantized: Vec<Quantized>,
    pub(super) weights: Vec<WeightFacts>,
    pub(super) head: Option<TableFacts>,
    pub(super) embedding: Option<TableFacts>,
    pub(super) activations: Vec<ActivationFacts>,
    pub(super) experts: Vec<ExpertFacts>,
}

impl Listed {
    /// What is known of the weights; `function` is the one whose steps are counted.
    pub(super) fn new(weights: &Weights, function: Option<&str>) -> Listed {
        let groups = weights.quantized_groups();
        let mut group_of = vec![0; weights.quantized.len()];
        for (place, group) in groups.iter().enumerate() {
            for member in &group.members {
                group_of[*member] = place;
            }
        }
        let table = |constant: &Constant, shape: &[u64], quantized: Option<usize>| TableFacts {
            kind: quantized.map_or("plain", |at| weights.quantized[at].kind().into()),
            granularity: quantized.and_then(|at| granularity(&weights.quantized[at])),
            data: constant.dtype.name(),
            shape: shape.to_vec(),
            quantized: quantized.map(|at| group_of[at]),
            tied: None,
        };
        let head = |head: &Head| TableFacts {
            tied: Some(head.tied),
            ..table(&head.weight, &head.shape, head.quantized)
        };
        let embedding = |it: &Embedding| table(&it.weight, &it.shape, it.quantized);
        let step = function.and_then(|name| weights.step(name));
        Listed {
            weights: weight_facts(weights, &group_of),
            head: weights.head.as_ref().map(head),
            embedding: weights.embedding.as_ref().map(embedding),
            quantized: groups.iter().map(Quantized::new).collect(),
            activations: weights
                .activations
                .iter()
                .map(ActivationFacts::new)
                .collect(),
            experts: step.map_or_else(Vec::new, |step| {
                step.experts.iter().map(ExpertFacts::new).collect()
            }),
        }
    }
}

fn weight_facts(weights: &Weights, group_of: &[usize]) -> Vec<WeightFacts> {
    let all = weights.constants.iter();
    all.filter_map(|weight| {
        let decoded = weight.quantized.map(|at| &weights.quantized[at]);
        let class = match weight.class {
            WeightClass::Embedding => "embedding",
            WeightClass::Linear => "linear",
            WeightClass::Convolution => "convolution",
            _ if decoded.is_some() => "other",
            _ => return None,
        };
        let constant = &weight.constant;
        Some(WeightFacts {
            class,
            data: constant.dtype.name(),
            shape: decoded.map_or(&constant.shape, |it| &it.shape).clone(),
            elements: decoded.map_or(constant.elements(), QuantizedWeight::elements),
            bytes: decoded.map_or(constant.bytes(), |it| it.bytes),
            quantized: weight.quantized.map(|at| group_of[at]),
            summed_axis: weight.summed_axis,
        })
    })
    .collect()
}

impl Quantized {
    fn new(group: &QuantizedGroup) -> Quantized {
        let weight = &group.first;
        let scale = weight.scale.as_ref();
        let has_block = scale.is_some() || weight.palette.is_some();
        Quantized {
            kind: weight.kind().into(),
            data: weight.data.dtype.name(),
            scale: scale.map(|scale| scale.dtype.name()),
            block: weight.block().to_vec(),
            granularity: granularity(weight),
            axis: weight.granularity().axis().filter(|_| has_block),
            zero_point: scale.and_then(|scale| Some(scale.zero_point?.name())),
            minimum: scale.and_then(|scale| Some(scale.minimum?.name())),
            palette: weight
                .palette
                .as_ref()
                .map(|it| PaletteFacts::new(it, &weight.shape)),
            sparse: weight.sparse.map(|sparse| SparseFacts::new(sparse, group)),
            constants: group.members.len() as u64,
            elements: group.elements,
            bytes: group.bytes,
        }
    }
}

impl PaletteFacts {
    fn new(palette: &Palette, shape: &[u64]) -> PaletteFacts {
        let shared = Granularity::of(shape, &palette.block);
        PaletteFacts {
            entries: palette.entries,
            table: palette.table.name(),
            table_scale: palette.table_scale.map(|dtype| dtype.name()),
            tables: palette.tables,
            vector: palette.vector,
            vector_axis: palette.axis.filter(|_| palette.vector > 1),
            block: palette.block.clone(),
            granularity: shared.into(),
            axis: shared.axis(),
        }
    }
}

impl SparseFacts {
    fn new(sparse: Sparse, group: &QuantizedGroup) -> SparseFacts {
        SparseFacts {
            stored: group.stored,
            density: group.stored as f64 / group.elements.max(1) as f64,
            mask: sparse.mask.name(),
        }
    }
}

impl ActivationFacts {
    fn new(group: &QuantizedActivations) -> ActivationFacts {
        ActivationFacts {
            data: group.data.name(),
            scale: group.scale.name(),
            granularity: group.granularity.into(),
            axis: group.granularity.axis(),
            operations: group.operations,
        }
    }
}

impl ExpertFacts {
    fn new(experts: &Experts) -> ExpertFacts {
        ExpertFacts {
            experts: experts.of,
            per_token: experts.picked,
            stacks: experts.stacks,
            bytes: experts.bytes,
        }
    }
}

/// Of the scales or, where there are none, the tables; `None` where there are neither.
fn granularity(weight: &QuantizedWeight) -> Option<&'static str> {
    let shares = weight.scale.is_some() || weight.palette.is_some();
    shares.then(|| weight.granularity().into())
}
