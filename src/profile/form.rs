//! The precisions a model is shipped in, and whether a weight is stored as one says.

use serde::{Deserialize, Serialize};

use super::Spelled;
use crate::model::{Granularity, Head, HeadKind, QuantizedKind, QuantizedWeight};

/// One precision a model is shipped in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The word by which a bundle's name claims it, such as `int8lin`.
    pub name: String,
    /// Type of the linear layers that are not quantized. Without it, a form with quantized layers has no other, and
    /// one without may have any float type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub float: Option<Spelled>,
    /// Quantization of the linear layers; none means no integer weights at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linear: Option<Quantization>,
    /// Other quantizations that some of the layers have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Quantization>,
    /// Type of the token embedding, which is not quantized; without it, it may be stored in any way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding: Option<Spelled>,
    /// The output head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<HeadForm>,
    /// Predicted bytes of the linear layers, their scales and the embedding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_bytes: Option<u64>,
    /// The published artifact of this form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<super::Published>,
}

/// How a layer is quantized; what is not said may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Quantization {
    /// Type of the data: of the numbers, or of the indices of a palette.
    pub data: Spelled,
    /// Type of the scales; none where nothing scales.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Spelled>,
    /// Elements per scale along the input axis, every other axis having one scale for each index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<u64>,
    /// What shares a scale where it is no block along the input axis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<Shares>,
    /// Entries of the palettes; none where the data are numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<u64>,
    /// True if only a part of the elements is stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sparse: bool,
}

/// What shares a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shares {
    /// The whole layer.
    Tensor,
    /// A row.
    Channel,
}

/// How the output head of a form is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HeadForm {
    /// True if the embedding is the head.
    pub tied: bool,
    /// Type of its data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Spelled>,
    /// Elements per scale along the input axis; without it and `storage` the head is float.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<u64>,
    /// Its storage, where it is neither float nor in blocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<HeadStorage>,
}

/// The storage of a head that is neither float nor in blocks along the input axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HeadStorage {
    /// One scale for all.
    Tensor,
    /// One scale for each row.
    Channel,
    /// One scale for several rows.
    Rows,
    /// Indices of tables.
    Palette,
    /// Floats of which only some are stored.
    Sparse,
    /// Whatever it is.
    Any,
}

impl Quantization {
    /// The quantization of a weight, of which a product sums over that axis.
    pub fn of(weight: &QuantizedWeight, summed: Option<usize>) -> Quantization {
        let block = weight.block();
        let granularity = weight.granularity();
        let along_inputs = |axis: &usize| {
            summed.is_none_or(|summed| summed == *axis)
                && (0..block.len()).all(|other| other == *axis || block[other] == 1)
        };
        Quantization {
            data: Spelled(weight.data.dtype),
            scale: weight.scale.as_ref().map(|scale| Spelled(scale.dtype)),
            block: match granularity {
                Granularity::Block(axis) => Some(axis).filter(along_inputs).map(|axis| block[axis]),
                _ => None,
            },
            shares: match granularity {
                Granularity::Tensor => Some(Shares::Tensor),
                Granularity::Channel(_) => Some(Shares::Channel),
                Granularity::Block(_) | Granularity::Blocks | Granularity::Unknown => None,
            },
            entries: weight.palette.as_ref().map(|palette| palette.entries),
            sparse: weight.sparse.is_some(),
        }
    }

    /// What a weight has instead, in words that follow its name; `None` if it is stored this way, or the graph does not
    /// show that it is not.
    pub fn difference(&self, weight: &QuantizedWeight, summed: Option<usize>) -> Option<String> {
        if weight.kind() == QuantizedKind::Unknown {
            return None;
        }
        let entries = weight.palette.as_ref().map(|palette| palette.entries);
        let scale = weight.scale.as_ref().map(|scale| scale.dtype);
        let block = weight.block();
        let blocks = || format!("{} in blocks of {block:?}", weight.data.dtype);
        let scales = || match scale {
            Some(dtype) => format!(" with {dtype} scales"),
            None => " without scales".to_owned(),
        };
        if weight.data.dtype != self.data.0 || entries != self.entries {
            return Some(format!("is {weight}"));
        }
        if weight.sparse.is_some() != self.sparse {
            let seen = if self.sparse {
                "is not sparse"
            } else {
                "is sparse"
            };
            return Some(seen.to_owned());
        }
        if scale != self.scale.map(|scale| scale.0) {
            return Some(format!("is {}{}", blocks(), scales()));
        }
        if block.is_empty() || self.has_blocks(weight, summed) {
            return None;
        }
        let axis = match (weight.granularity(), summed) {
            (Granularity::Block(axis), Some(summed)) if axis != summed => {
                format!(" along axis {axis}, where the product sums over axis {summed}")
            }
            _ => String::new(),
        };
        Some(format!("is {}{}{axis}", blocks(), scales()))
    }

    fn has_blocks(&self, weight: &QuantizedWeight, summed: Option<usize>) -> bool {
        let (shape, block) = (&weight.shape, weight.block());
        if let Some(wanted) = self.block {
            let is_along = |axis: usize| {
                let mut axes = (0..shape.len()).zip(block);
                axes.all(|(at, block)| *block == if at == axis { wanted.min(shape[at]) } else { 1 })
            };
            return match summed {
                Some(axis) => is_along(axis),
                None => (0..shape.len()).any(is_along),
            };
        }
        match (self.shares, weight.granularity()) {
            (None, _) | (Some(Shares::Tensor), Granularity::Tensor) => true,
            (Some(Shares::Channel), Granularity::Channel(axis)) => Some(axis) != summed,
            // A layer of a single row.
            (Some(Shares::Channel), Granularity::Tensor) => {
                let others = (0..shape.len()).filter(|axis| Some(*axis) != summed);
                others.map(|axis| shape[axis]).all(|dim| dim == 1)
            }
            _ => false,
        }
    }
}

impl HeadForm {
    /// The storage of a head; `None` if the graph does not show whether it is the embedding.
    pub fn of(head: &Head) -> Option<HeadForm> {
        let (block, storage) = match head.kind {
            HeadKind::Float => (None, None),
            HeadKind::PerBlock(block) => (Some(block), None),
            HeadKind::PerTensor => (None, Some(HeadStorage::Tensor)),
            HeadKind::PerChannel => (None, Some(HeadStorage::Channel)),
            HeadKind::PerRows(_) => (None, Some(HeadStorage::Rows)),
            HeadKind::Palette(_) => (None, Some(HeadStorage::Palette)),
            HeadKind::Sparse => (None, Some(HeadStorage::Sparse)),
            HeadKind::Unknown => (None, Some(HeadStorage::Any)),
        };
        Some(HeadForm {
            tied: head.tied?,
            data: Some(Spelled(head.weight.dtype)),
            block,
            storage,
        })
    }

    /// True if a head is stored this way, or the graph does not show that it is not.
    pub fn is(&self, head: &Head) -> bool {
        let same_type = self.data.is_none_or(|data| data.0 == head.weight.dtype);
        let same_storage = match (self.storage, self.block, &head.kind) {
            (Some(HeadStorage::Any), ..) | (.., HeadKind::Unknown) => return true,
            (Some(HeadStorage::Tensor), _, kind) => *kind == HeadKind::PerTensor,
            (Some(HeadStorage::Channel), _, kind) => *kind == HeadKind::PerChannel,
            (Some(HeadStorage::Rows), _, kind) => matches!(kind, HeadKind::PerRows(_)),
            (Some(HeadStorage::Palette), _, kind) => matches!(kind, HeadKind::Palette(_)),
            (Some(HeadStorage::Sparse), _, kind) => *kind == HeadKind::Sparse,
            (None, Some(block), HeadKind::PerBlock(seen)) => block == *seen,
            // Rows that are no longer than a block.
            (None, Some(block), HeadKind::PerChannel) => head.shape.iter().any(|dim| *dim <= block),
            (None, None, kind) => *kind == HeadKind::Float,
            (None, Some(_), _) => false,
        };
        same_type && same_storage
    }
}

impl Form {
    /// True if some layer is quantized.
    pub fn is_quantized(&self) -> bool {
        self.linear.is_some()
    }

    /// The quantizations its layers may have.
    pub fn quantizations(&self) -> impl Iterator<Item = &Quantization> {
        self.linear.iter().chain(&self.also)
    }

    /// What a name claims if one of its words is this form's: the form, as the words after it change it.
    pub(super) fn claimed_by(&self, name: &str) -> Option<Form> {
        let mut words = name.split(['_', '-', '.']);
        words.find(|word| *word == self.name)?;
        Some(self.clone().with_suffixes(words))
    }

    /// This form with the words that follow its own in a name: `_b16` for the blocks of its layers, `_block16` or
    /// `_perchan` for those of its head.
    ///
    /// Source: how the community's exporters name what they write.
    fn with_suffixes<'a>(mut self, words: impl Iterator<Item = &'a str>) -> Form {
        for word in words {
            if let Some(block) = number_after(word, "b") {
                self.set_block(block);
            }
            let Some(head) = self.head.as_mut().filter(|head| !head.tied) else {
                continue;
            };
            if let Some(block) = number_after(word, "block") {
                self.weight_bytes = self.weight_bytes.filter(|_| head.block == Some(block));
                (head.block, head.storage) = (Some(block), None);
            }
            if word == "perchan" {
                self.weight_bytes = None;
                (head.block, head.storage) = (None, Some(HeadStorage::Channel));
            }
        }
        self
    }

    fn set_block(&mut self, block: u64) {
        let Some(linear) = self.linear.as_mut().filter(|linear| linear.block.is_some()) else {
            return;
        };
        self.weight_bytes = self.weight_bytes.filter(|_| linear.block == Some(block));
        linear.block = Some(block);
    }
}

fn number_after(word: &str, prefix: &str) -> Option<u64> {
    let number = word.strip_prefix(prefix)?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse().ok().filter(|number| digits && *number > 0)
}
