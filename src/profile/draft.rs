//! A profile written from a bundle, as a starting point.

use crate::bundle::{Manifest, Target, Tokenizer};
use crate::model::{Asset, Function, Value, Weights};

use super::recognise::hub_ids;
use super::{
    ExpectedTensor, Form, HeadForm, ModelFacts, Platform, Profile, Quantization, Signature,
    Spelled, WeightRules, builtin, nearest,
};

/// Names of the logits.
const LOGITS: &[&str] = &["logits", "out_logits"];

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
            .and_then(|asset| asset.function(wanted).or_else(|| with_logits(asset)))
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
        let sources = hub_ids(manifest);
        Ok(Profile {
            name: name.to_owned(),
            title: sources.first().cloned().unwrap_or_else(|| name.to_owned()),
            family: nearest(builtin(), target)
                .map_or(name, |near| &near.family)
                .to_owned(),
            references: Vec::new(),
            model: ModelFacts {
                sources,
                by_source: false,
                vocab_size: vocabulary(function, manifest).ok_or(DraftError::Vocabulary)?,
                context: Some(context.ok_or(DraftError::Context)?),
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

/// The public function that makes the logits, of a bundle whose functions go by other names.
fn with_logits(asset: &Asset) -> Option<&Function> {
    let mut functions = asset
        .functions
        .iter()
        .filter(|function| function.is_public());
    functions.find(|function| {
        function
            .outputs
            .iter()
            .any(|output| LOGITS.contains(&output.name.as_str()))
    })
}

fn positive(number: Option<i64>) -> Option<u64> {
    u64::try_from(number?).ok().filter(|number| *number > 0)
}

fn vocabulary(function: &Function, manifest: &Manifest) -> Option<u64> {
    let named = |output: &&Value| LOGITS.contains(&output.name.as_str());
    let outputs = &function.outputs;
    let logits = outputs.iter().find(named).or_else(|| outputs.first());
    let logits = logits.and_then(Value::tensor);
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
    let tensors = |values: &[Value]| {
        values
            .iter()
            .filter_map(ExpectedTensor::from_value)
            .collect()
    };
    Signature {
        name: function.name.clone(),
        inputs: tensors(&function.inputs),
        outputs: tensors(&function.outputs),
        states: tensors(&function.states),
    }
}

fn form(name: &str, weights: &Weights) -> Form {
    let mut kinds = quantizations(weights).into_iter();
    let linear = kinds.next();
    let unnamed = if linear.is_some() {
        "quantized"
    } else {
        "float"
    };
    let form = Form {
        name: precision_word(name).unwrap_or(unnamed).to_owned(),
        float: plain(weights),
        linear,
        also: kinds.collect(),
        embedding: weights
            .embedding
            .as_ref()
            .filter(|table| table.quantized.is_none())
            .map(|table| Spelled(table.weight.dtype)),
        head: weights.head.as_ref().and_then(HeadForm::of),
        weight_bytes: Some(weights.bytes()).filter(|bytes| *bytes > 0),
        published: None,
    };
    // A name that says other blocks than there are claims no form of this profile.
    if form.claimed_by(name).is_some_and(|claimed| claimed != form) {
        return Form {
            name: unnamed.to_owned(),
            ..form
        };
    }
    form
}

/// Every quantization of a weight but the head, that of the most weights first.
fn quantizations(weights: &Weights) -> Vec<Quantization> {
    let head = weights.head.as_ref().and_then(|head| head.quantized);
    let mut found: Vec<(Quantization, usize)> = Vec::new();
    let all = weights.quantized.iter().zip(weights.summed_axes());
    for (position, (weight, summed)) in all.enumerate() {
        if Some(position) == head {
            continue;
        }
        let one = Quantization::of(weight, summed);
        match found.iter_mut().find(|(known, _)| *known == one) {
            Some((_, number)) => *number += 1,
            None => found.push((one, 1)),
        }
    }
    found.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    found.into_iter().map(|(one, _)| one).collect()
}

/// The float type of the linear layers that are not quantized, if they all have one.
fn plain(weights: &Weights) -> Option<Spelled> {
    let mut types = weights.plain_layers().map(|weight| weight.constant.dtype);
    let first = types.next()?;
    types.all(|dtype| dtype == first).then_some(Spelled(first))
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
