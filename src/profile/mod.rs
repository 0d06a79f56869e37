//! Expected facts per model, loaded from data.
//!
//! A profile is a TOML file (`schemas/profile.schema.json`); the built-in ones lie in `data/`.

mod builtin;
mod draft;
mod form;
mod load;
mod recognise;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{DType, Dim, Value, ValueType};

pub use builtin::{builtin, names, published, published_by_hash};
pub use form::{Form, HeadForm, HeadStorage, Quantization, Shares};
pub use load::ProfileError;
pub use recognise::{Likeness, hub_ids, kin, nearest};

/// What a release of one model is expected to be.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name, as given to `--profile`.
    pub name: String,
    /// The model's name for people.
    pub title: String,
    /// Models that share rules of their own; `granite-4.0-h` switches the `granite-*` rules on.
    pub family: String,
    /// Addresses of the published texts its facts are from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// Facts of the model itself.
    pub model: ModelFacts,
    /// The function the engine loads.
    pub function: Signature,
    /// What is known of weights this model must not be shipped with.
    #[serde(default, skip_serializing_if = "WeightRules::is_silent")]
    pub weights: WeightRules,
    /// The precisions it is shipped in.
    #[serde(default)]
    pub forms: Vec<Form>,
}

/// Facts of the model itself, whatever its precision.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFacts {
    /// Ids of the models it is converted from, such as `ibm-granite/granite-4.0-h-1b`.
    #[serde(default)]
    pub sources: Vec<String>,
    /// True if other models have the same states (another size, a sibling), so that only the source tells them apart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_source: bool,
    /// Width of the logits and rows of the embedding.
    pub vocab_size: u64,
    /// `language.max_context_length` of a release, tokens, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<u64>,
    /// Positions the source model was trained for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_positions: Option<u64>,
    /// SPDX id of the license the weights come under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The token that ends a turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eos_token: Option<String>,
    /// The token that begins a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bos_token: Option<String>,
    /// Texts the chat template must contain.
    #[serde(default)]
    pub template_markers: Vec<String>,
    /// The platform a release is for.
    #[serde(default, skip_serializing_if = "Platform::is_any")]
    pub platform: Platform,
}

/// The platform a release is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// None in particular.
    #[default]
    Any,
    /// iPhone and iPad.
    Ios,
}

impl Platform {
    /// True for none in particular.
    pub fn is_any(&self) -> bool {
        *self == Platform::Any
    }
}

/// A function's expected inputs, outputs and states, in order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Its name.
    pub name: String,
    /// Inputs in position order.
    pub inputs: Vec<ExpectedTensor>,
    /// Outputs in position order.
    pub outputs: Vec<ExpectedTensor>,
    /// States in position order.
    #[serde(default)]
    pub states: Vec<ExpectedTensor>,
}

/// An expected tensor.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedTensor {
    /// Its name in the graph.
    pub name: String,
    /// Element type by its contract spelling; without it, any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtype: Option<Spelled>,
    /// Sizes, outermost first; `"?"` is dynamic.
    pub shape: Vec<Size>,
}

/// An element type by its contract spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Spelled(pub DType);

/// A size, or `"?"` for a dynamic one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "RawSize", into = "RawSize")]
pub struct Size(pub Dim);

#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum RawSize {
    Fixed(u64),
    Word(String),
}

/// What is known of weights a model must not be shipped with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WeightRules {
    /// Why no weight of it may be quantized, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantization_refused: Option<String>,
    /// Why its head may not be quantized with one scale per row, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_channel_head_refused: Option<String>,
}

/// A published artifact.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The bundle's name.
    pub bundle: String,
    /// Size of its bytecode file, bytes.
    pub bytes: u64,
    /// SHA-256 of its bytecode file, hex.
    pub sha256: String,
}

impl TryFrom<String> for Spelled {
    type Error = String;

    fn try_from(name: String) -> Result<Spelled, String> {
        DType::from_name(&name).map(Spelled).ok_or_else(|| {
            format!("{name:?} is not an element type such as \"float16\" or \"int8\"")
        })
    }
}

impl From<Spelled> for String {
    fn from(spelled: Spelled) -> String {
        spelled.0.name().to_owned()
    }
}

impl TryFrom<RawSize> for Size {
    type Error = String;

    fn try_from(raw: RawSize) -> Result<Size, String> {
        match raw {
            RawSize::Fixed(size) => Ok(Size(Some(size))),
            RawSize::Word(word) if word == "?" => Ok(Size(None)),
            RawSize::Word(word) => Err(format!("{word:?} is not a size; a dynamic size is \"?\"")),
        }
    }
}

impl From<Size> for RawSize {
    fn from(size: Size) -> RawSize {
        size.0
            .map_or_else(|| RawSize::Word("?".to_owned()), RawSize::Fixed)
    }
}

impl ExpectedTensor {
    /// The sizes.
    pub fn dims(&self) -> Vec<Dim> {
        self.shape.iter().map(|size| size.0).collect()
    }

    /// True if that element type is the expected one, or any is.
    pub fn takes(&self, dtype: DType) -> bool {
        self.dtype.is_none_or(|expected| expected.0 == dtype)
    }

    /// The model's own value with these facts, of float16 where any element type is expected.
    pub fn to_value(&self) -> Value {
        Value {
            name: self.name.clone(),
            ty: ValueType::Tensor {
                dtype: self.dtype.map_or(DType::Float16, |dtype| dtype.0),
                shape: self.dims(),
            },
        }
    }

    /// The expectation that this tensor value meets exactly; `None` for an image or an unknown type.
    pub fn from_value(value: &Value) -> Option<ExpectedTensor> {
        let (dtype, shape) = value.tensor()?;
        Some(ExpectedTensor {
            name: value.name.clone(),
            dtype: Some(Spelled(dtype)),
            shape: shape.iter().copied().map(Size).collect(),
        })
    }
}

impl fmt::Display for ExpectedTensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(dtype) = self.dtype {
            write!(f, "{} ", dtype.0)?;
        }
        write!(f, "{}", ShownShape(&self.dims()))
    }
}

/// A shape as people read it: `[1, ?, 128]`.
#[derive(Debug, Clone, Copy)]
pub struct ShownShape<'a>(pub &'a [Dim]);

impl fmt::Display for ShownShape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = self
            .0
            .iter()
            .map(|dim| dim.map_or_else(|| "?".to_owned(), |size| size.to_string()))
            .collect::<Vec<_>>();
        write!(f, "[{}]", sizes.join(", "))
    }
}

impl WeightRules {
    /// True if nothing is ruled out.
    pub fn is_silent(&self) -> bool {
        *self == WeightRules::default()
    }
}

impl Profile {
    /// True if the `granite-*` rules speak for this profile rather than the `profile-*` ones.
    pub fn is_granite(&self) -> bool {
        self.family == "granite-4.0-h"
    }

    /// The form a name claims: the one whose word is a `_`-separated part of it, as the words after it change it.
    pub fn claimed_form(&self, name: &str) -> Option<Form> {
        self.forms.iter().find_map(|form| form.claimed_by(name))
    }
}
