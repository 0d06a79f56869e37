//! A profile written from a bundle, as a starting point.

use crate::bundle::{Manifest, Target, Tokenizer};
use crate::model::{Function, HeadKind, QuantizedWeight, Value, Weights};

use super::{
    Blockwise, Form, HeadForm, Model, Platform, Profile, Signature, Spelled, Tensor, WeightRules,
    builtin, nearest,
};

/// Why no profile can be written from a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// The manifest is absent or unreadable.
    #[error("a profile is written from a bundle, and this target has no readable manifest")]
    Manifest,
    /// The asset is absent, unreadable or lacks the function.
    #[error("the asset has no readable function {0:?}, whose signature is the profile's core")]
    Function(String),
    /// Neither the logits nor the manifest say how wide the vocabulary is.
    #[error("neither the logits nor the manifest tell the vocabulary's size")]
    Vocabulary,
    /// The manifest does not say how long a context is.
    #[error("the manifest has no positive max_context_length")]
    Context,
}

impl Profile {
    /// The profile that this bundle meets exactly. What a bundle cannot show (the trained positions,
    /// what is ruled out, other forms) is left out.
    ///
    /// # Errors
    /// When the bundle lacks what a profile must have.
    pub fn from_target(target: &Target) -> Result<Profile, DraftError> {
        let manifest = target.manifest.present().ok_or(DraftError::Manifest)?;
        let language = manifest.language();
        let wanted = language.map_or("main", |language| language.main_function());
        let asset = target.asset.present();
        let function = asset
            .and_then(|asset| asset.function(wanted))
            .ok_or_else(|| DraftError::Function(wanted.to_owned()))?;
        let weights = asset.map(|asset| &asset.weights);
        let license = asset.and_then(|asset| asset.metadata.as_ref()?.license.clone());
        let tokenizer = target.tokenizer.present();
        let token = |key: &str| {
            tokenizer
                .and_then(|it| it.named_token(key))
                .map(str::to_owned)
        };
        let context = language.and_then(|language| positive(language.max_context_length()));
        let name = manifest.name().unwrap_or("unnamed");
        let sources = sources(manifest);
        Ok(Profile {
            name: name.to_owned(),
            title: sources.first().cloned().unwrap_or_else(|| name.to_owned()),
            family: nearest(builtin(), target)
                .map_or(name, |near| &near.family)
                .to_owned(),
            model: Model {
                sources,
                vocab_size: vocabulary(function, manifest).ok_or(DraftError::Vocabulary)?,
                context: context.ok_or(DraftError::Context)?,
                source_positions: None,
                license: license.filter(|license| !license.trim().is_empty()),
                eos_token: token("eos_token"),
                bos_token: token("bos_token"),
                template_markers: tokenizer.map(markers).unwrap_or_default(),
                platform: Platform::Any,
            },
            function: signature(function),
            weights: WeightRules::default(),
            forms: weights
                .map(|weights| form(name, weights))
                .into_iter()
                .collect(),
        })
    }
}

fn positive(number: Option<i64>) -> Option<u64> {
    u64::try_from(number?).ok().filter(|number| *number > 0)
}

/// Texts of the manifest that look like hub ids, `owner/model`: the source's, then the tokenizer's.
fn sources(manifest: &Manifest) -> Vec<String> {
    let source = manifest.document.value.get("source");
    let members = source.and_then(|source| source.as_object());
    let texts = members.into_iter().flat_map(|members| members.values());
    let tokenizer = manifest
        .language()
        .and_then(|language| language.tokenizer());
    let mut found: Vec<String> = Vec::new();
    for text in texts.filter_map(|text| text.as_str()).chain(tokenizer) {
        let is_hub_id = text.split('/').filter(|part| !part.is_empty()).count() == 2
            && !text.contains(char::is_whitespace)
            && !text.contains("://");
        if is_hub_id && !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    }
    found
}

fn vocabulary(function: &Function, manifest: &Manifest) -> Option<u64> {
    let logits = function.outputs.first().and_then(Value::tensor);
    let width = logits.and_then(|(_, shape)| *shape.last()?);
    width.or_else(|| positive(manifest.language()?.vocab_size()))
}

/// Special tokens that the chat template writes out.
fn markers(tokenizer: &Tokenizer) -> Vec<String> {
    let Some(template) = &tokenizer.chat_template else {
        return Vec::new();
    };
    let special = tokenizer.added_tokens.iter().filter(|token| token.special);
    special
        .map(|token| token.content.clone())
        .filter(|content| template.text.contains(content.as_str()))
        .collect()
}

fn signature(function: &Function) -> Signature {
    let tensors = |values: &[Value]| values.iter().filter_map(Tensor::from_value).collect();
    Signature {
        name: function.name.clone(),
        inputs: tensors(&function.inputs),
        outputs: tensors(&function.outputs),
        states: tensors(&function.states),
    }
}

fn form(name: &str, weights: &Weights) -> Form {
    let head = weights.head.as_ref();
    let linear = weights
        .quantized
        .iter()
        .find(|one| head.is_none_or(|head| head.weight != one.data))
        .and_then(blockwise);
    Form {
        name: precision_word(name)
            .unwrap_or(if linear.is_some() {
                "quantized"
            } else {
                "float"
            })
            .to_owned(),
        linear,
        head: head.and_then(|head| {
            let tied = head.tied?;
            match head.kind {
                HeadKind::Float => Some(HeadForm { tied, block: None }),
                HeadKind::PerBlock(block) => Some(HeadForm {
                    tied,
                    block: Some(block),
                }),
                HeadKind::PerChannel => None,
            }
        }),
        weight_bytes: Some(weights.bytes()).filter(|bytes| *bytes > 0),
        published: None,
    }
}

/// The part of a name that tells its precision, such as `int8lin` or `fp16`.
fn precision_word(name: &str) -> Option<&str> {
    let tells = |part: &&str| {
        ["int", "fp", "bf", "float"].iter().any(|kind| {
            part.strip_prefix(kind)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        })
    };
    name.split(['_', '-', '.']).find(tells)
}

fn blockwise(weight: &QuantizedWeight) -> Option<Blockwise> {
    let mut blocks = weight.block.iter().filter(|block| **block != 1);
    match (blocks.next(), blocks.next()) {
        (Some(block), None) => Some(Blockwise {
            data: Spelled(weight.data.dtype),
            scale: Spelled(weight.scale.dtype),
            block: *block,
        }),
        _ => None,
    }
}
