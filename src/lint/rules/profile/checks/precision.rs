//! The weights against what a name claims and the profile rules out.

use crate::lint::{Context, Findings};
use crate::model::{HeadKind, QuantizedKind, QuantizedWeight, Weight, WeightClass, Weights};
use crate::profile::{Form, Profile, Quantization};

/// How far the bytes of the weights may lie from the predicted ones, in percent: norms, convolutions
/// and small tables are not predicted, and another precision is off by a third at least.
const TOLERANCE_PERCENT: u64 = 1;

/// Bytes of integer weights, in percent of all, below which a model is not quantized: index tables
/// and flags are integers too.
const INTEGER_PERCENT: u64 = 5;

/// Holds the weights to the forms that the bundle's and the asset's names claim, among `wanted`.
pub(in super::super) fn claims(
    profile: &Profile,
    wanted: impl Fn(&Form) -> bool,
    context: &Context<'_>,
    findings: &mut Findings<'_>,
) {
    let Some(asset) = context.asset() else { return };
    let mut judged: Vec<Form> = Vec::new();
    for (subject, name) in context.names() {
        let Some(form) = profile.claimed_form(name) else {
            continue;
        };
        if !wanted(&form) || judged.contains(&form) {
            continue;
        }
        let differences = differences(profile, &form, &asset.weights);
        if differences.is_empty() {
            judged.push(form);
            continue;
        }
        let message = format!(
            "{name:?} claims {}, but {}; whoever chose it by name gets another model",
            form.name,
            differences.join(", and ")
        );
        findings
            .report(subject, message)
            .expected(describe(&form))
            .actual(describe_weights(&asset.weights))
            .help("name the bundle for the weights it has, or ship the weights its name claims");
        judged.push(form);
    }
}

fn differences(profile: &Profile, form: &Form, weights: &Weights) -> Vec<String> {
    let mut found = Vec::new();
    if form.is_quantized() {
        found.extend(quantized_otherwise(weights, form));
    } else {
        found.extend(integer_weights(weights));
    }
    found.extend(float_otherwise(weights, form));
    found.extend(head_otherwise(profile, form, weights));
    if found.is_empty() {
        found.extend(embedding_otherwise(form, weights));
    }
    if let Some(predicted) = form.weight_bytes
        && found.is_empty()
    {
        found.extend(bytes_otherwise(weights.bytes(), predicted));
    }
    found
}

/// Every quantized weight but the head, with its place among them and the axis its product sums over.
fn layers(weights: &Weights) -> impl Iterator<Item = (usize, &QuantizedWeight, Option<usize>)> {
    let head = weights.head.as_ref().and_then(|head| head.quantized);
    let all = weights
        .quantized
        .iter()
        .zip(weights.summed_axes())
        .enumerate();
    let layers = all.filter(move |(position, _)| Some(*position) != head);
    layers
        .enumerate()
        .map(|(place, (_, (weight, summed)))| (place, weight, summed))
}

/// The first weight that is quantized otherwise than the form says, and how many are; or the quantization that none has.
fn quantized_otherwise(weights: &Weights, form: &Form) -> Option<String> {
    let count = layers(weights).count();
    if count == 0 {
        return Some("no weight is quantized".to_owned());
    }
    let mut others = layers(weights).filter_map(|(place, weight, summed)| {
        let mut differences = form.quantizations().map(|it| it.difference(weight, summed));
        let first = differences.next()??;
        differences
            .all(|it| it.is_some())
            .then_some((place, weight, first))
    });
    if let Some((place, weight, difference)) = others.next() {
        let subject = layer(place, count, &weight.shape, weight.data.resource);
        return Some(and_others(
            format!("{subject} {difference}"),
            others.count(),
        ));
    }
    let is_absent = |it: &&Quantization| {
        layers(weights).all(|(_, weight, summed)| it.difference(weight, summed).is_some())
    };
    form.quantizations()
        .find(is_absent)
        .map(|it| format!("no weight is {}", quantization(it)))
}

/// The first linear layer that is float though the form has none, or of another float type.
fn float_otherwise(weights: &Weights, form: &Form) -> Option<String> {
    let is_expected = |dtype| match form.float {
        Some(float) => float.0 == dtype,
        None => !form.is_quantized(),
    };
    let count = weights.plain_layers().count();
    let layers = weights
        .plain_layers()
        .map(|weight| &weight.constant)
        .enumerate();
    let mut others = layers.filter(|(_, constant)| !is_expected(constant.dtype));
    let (place, constant) = others.next()?;
    let subject = match form.is_quantized() {
        true => format!(
            "a linear layer of {:?}{}",
            constant.shape,
            resource(constant.resource)
        ),
        false => layer(place, count, &constant.shape, constant.resource),
    };
    let difference = match form.is_quantized() {
        true => format!("{subject} is {}, not quantized", constant.dtype),
        false => format!("{subject} is {}", constant.dtype),
    };
    Some(and_others(difference, others.count()))
}

/// A layer by its place and sizes: the only names it has.
fn layer(place: usize, count: usize, shape: &[u64], at: Option<u32>) -> String {
    format!(
        "linear layer {} of {count}, {shape:?}{},",
        place + 1,
        resource(at)
    )
}

fn resource(number: Option<u32>) -> String {
    number.map_or_else(String::new, |number| format!(" in resource {number}"))
}

fn and_others(difference: String, others: usize) -> String {
    match others {
        0 => difference,
        1 => format!("{difference}; one more differs too"),
        _ => format!("{difference}; {others} more differ too"),
    }
}

fn integer_weights(weights: &Weights) -> Option<String> {
    let quantized = || {
        let all = weights.quantized.iter();
        all.filter(|weight| weight.kind() != QuantizedKind::Sparse)
    };
    if let Some(one) = quantized().next() {
        let count = quantized().count();
        return Some(format!("{count} weights are {}", one.data.dtype));
    }
    // The masks of sparse weights are no weights.
    let masks: u64 = weights
        .constants
        .iter()
        .filter(|weight| is_parameter(weight))
        .map(|it| it.constant.bytes())
        .sum();
    let all = weights.bytes().saturating_sub(masks);
    let integer = weights
        .storage
        .iter()
        .filter(|storage| storage.dtype.name().contains("int"))
        .map(|storage| storage.bytes)
        .sum::<u64>()
        .saturating_sub(masks);
    let share = integer.saturating_mul(100).checked_div(all)?;
    (share >= INTEGER_PERCENT).then(|| format!("{share} % of the weights' bytes are integers"))
}

fn is_parameter(weight: &Weight) -> bool {
    weight.class == WeightClass::QuantizationParameter
        && weight.constant.dtype.name().contains("int")
}

fn head_otherwise(profile: &Profile, form: &Form, weights: &Weights) -> Option<String> {
    let expected = form.head?;
    let head = weights.head.as_ref()?;
    if head.kind == HeadKind::PerChannel && profile.weights.per_channel_head_refused.is_some() {
        return None;
    }
    match head.tied {
        Some(true) if !expected.tied => return Some("its head is the embedding itself".to_owned()),
        Some(false) if expected.tied => return Some("its head is not the embedding".to_owned()),
        _ => {}
    }
    (!expected.is(head)).then(|| format!("its head is {}{}", head.weight.dtype, head.kind))
}

fn embedding_otherwise(form: &Form, weights: &Weights) -> Option<String> {
    let (expected, table) = (form.embedding?, weights.embedding.as_ref()?);
    let stored = table.quantized.and_then(|at| weights.quantized.get(at));
    match stored {
        Some(weight) => Some(format!("its embedding is {weight}")),
        None if table.weight.dtype != expected.0 => {
            Some(format!("its embedding is {}", table.weight.dtype))
        }
        None => None,
    }
}

fn bytes_otherwise(seen: u64, predicted: u64) -> Option<String> {
    let allowed = predicted / 100 * TOLERANCE_PERCENT;
    (seen.abs_diff(predicted) > allowed)
        .then(|| format!("its weights take {seen} bytes where {predicted} are expected"))
}

/// Speaks when weights of a model that must not be quantized are, or a name says so.
pub(in super::super) fn quantized_at_all(
    profile: &Profile,
    context: &Context<'_>,
    findings: &mut Findings<'_>,
) {
    let Some(reason) = &profile.weights.quantization_refused else {
        return;
    };
    let Some(asset) = context.asset() else { return };
    let weights = &asset.weights;
    let floor = profile
        .forms
        .iter()
        .filter_map(|form| form.weight_bytes)
        .min()
        .map(|bytes| bytes / 100 * (100 - TOLERANCE_PERCENT));
    let small = floor.filter(|floor| weights.bytes() < *floor).map(|floor| {
        format!(
            "its weights take {} bytes, unquantized ones at least {floor}",
            weights.bytes()
        )
    });
    let named = context
        .names()
        .find(|(_, name)| claims_integers(name))
        .map(|(_, name)| format!("it is called {name:?}"));
    let Some(evidence) = integer_weights(weights).or(small).or(named) else {
        return;
    };
    let message = format!(
        "{} must not be quantized, and {evidence}: {reason}",
        profile.title
    );
    findings
        .report("weights", message)
        .expected("float weights")
        .actual(describe_weights(weights))
        .help("ship the fp16 form");
}

/// True if a part of the name is such as `int8`, `int8lin` or `int4`.
fn claims_integers(name: &str) -> bool {
    name.split(['_', '-', '.']).any(|part| {
        part.strip_prefix("int")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// Speaks when the head has one scale per row and the profile rules that out.
pub(in super::super) fn per_channel_head(
    profile: &Profile,
    context: &Context<'_>,
    findings: &mut Findings<'_>,
) {
    let Some(reason) = &profile.weights.per_channel_head_refused else {
        return;
    };
    let Some(head) = context
        .asset()
        .and_then(|asset| asset.weights.head.as_ref())
    else {
        return;
    };
    if head.kind != HeadKind::PerChannel {
        return;
    }
    let message = format!(
        "the head of {} is {} with one scale per row: {reason}",
        profile.title, head.weight.dtype
    );
    findings
        .report("weights.head", message)
        .expected("a float head, or one scale for each block along the input axis")
        .actual(format!("{}, one scale per row", head.weight.dtype))
        .help("quantize the head in blocks of 32, or leave it tied to the float16 embedding");
}

fn describe(form: &Form) -> String {
    let kinds: Vec<String> = form.quantizations().map(quantization).collect();
    let linear = match kinds.is_empty() {
        true => "float weights".to_owned(),
        false => format!("{} weights", kinds.join(" and ")),
    };
    match form.head {
        Some(head) if head.tied => format!("{linear}, head tied to the embedding"),
        Some(head) => match (head.block, head.storage) {
            (Some(block), _) => format!("{linear}, own head in blocks of {block}"),
            (None, None) => format!("{linear}, own float head"),
            (None, Some(_)) => format!("{linear}, own head"),
        },
        None => linear,
    }
}

/// A quantization in the words of a message: `int8 in blocks of 32`.
fn quantization(it: &Quantization) -> String {
    match (it.block, it.entries) {
        (Some(block), _) => format!("{} in blocks of {block}", it.data.0),
        (None, Some(entries)) => format!("{} palettes of {entries}", it.data.0),
        (None, None) => it.data.0.to_string(),
    }
}

fn describe_weights(weights: &Weights) -> String {
    let kind = weights
        .quantized
        .first()
        .map_or_else(|| "float weights".to_owned(), ToString::to_string);
    let head = match &weights.head {
        Some(head) if head.tied == Some(true) => ", head tied to the embedding".to_owned(),
        Some(head) if head.kind == HeadKind::Float => ", own float head".to_owned(),
        Some(head) => format!(", own head{}", head.kind),
        None => String::new(),
    };
    format!("{kind}{head}, {} bytes", weights.bytes())
}
