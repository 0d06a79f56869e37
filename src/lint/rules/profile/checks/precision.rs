//! The weights against what a name claims and the profile rules out.

use crate::lint::{Context, Findings};
use crate::model::{HeadKind, QuantizedWeight, Weights};
use crate::profile::{Blockwise, Form, Profile};

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
    let mut judged: Vec<&Form> = Vec::new();
    for (subject, name) in context.names() {
        let Some(form) = profile.claimed_form(name) else {
            continue;
        };
        if !wanted(form) || judged.contains(&form) {
            continue;
        }
        judged.push(form);
        let differences = differences(profile, form, &asset.weights);
        if differences.is_empty() {
            continue;
        }
        let message = format!(
            "{name:?} claims {}, but {}; whoever chose it by name gets another model",
            form.name,
            differences.join(", and ")
        );
        findings
            .report(subject, message)
            .expected(describe(form))
            .actual(describe_weights(&asset.weights))
            .help("name the bundle for the weights it has, or ship the weights its name claims");
    }
}

fn differences(profile: &Profile, form: &Form, weights: &Weights) -> Vec<String> {
    let mut found = Vec::new();
    match form.linear {
        Some(blockwise) => found.extend(quantized_otherwise(weights, &blockwise)),
        None => found.extend(integer_weights(weights)),
    }
    found.extend(head_otherwise(profile, form, weights));
    if let Some(predicted) = form.weight_bytes
        && found.is_empty()
    {
        found.extend(bytes_otherwise(weights.bytes(), predicted));
    }
    found
}

fn quantized_otherwise(weights: &Weights, expected: &Blockwise) -> Option<String> {
    let head = weights.head.as_ref().map(|head| &head.weight);
    let linear = || {
        weights
            .quantized
            .iter()
            .filter(|one| Some(&one.data) != head)
    };
    if linear().next().is_none() {
        return Some("no weight is quantized".to_owned());
    }
    let other = linear().find(|one| !is_blockwise(one, expected))?;
    Some(format!(
        "a weight is {} in blocks of {:?} with {} scales",
        other.data.dtype, other.block, other.scale.dtype
    ))
}

/// True if the one axis with blocks over one element has the expected block.
fn is_blockwise(weight: &QuantizedWeight, expected: &Blockwise) -> bool {
    let blocks = weight
        .block
        .iter()
        .filter(|block| **block != 1)
        .collect::<Vec<_>>();
    weight.data.dtype == expected.data.0
        && weight.scale.dtype == expected.scale.0
        && blocks == [&expected.block]
}

fn integer_weights(weights: &Weights) -> Option<String> {
    if let Some(one) = weights.quantized.first() {
        return Some(format!(
            "{} weights are {}",
            weights.quantized.len(),
            one.data.dtype
        ));
    }
    let all = weights.bytes();
    let integer = weights
        .storage
        .iter()
        .filter(|storage| storage.dtype.name().contains("int"))
        .map(|storage| storage.bytes)
        .sum::<u64>();
    let share = integer.saturating_mul(100).checked_div(all)?;
    (share >= INTEGER_PERCENT).then(|| format!("{share} % of the weights' bytes are integers"))
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
    let kind = match head.kind {
        HeadKind::Float => format!("its head is {}", head.weight.dtype),
        HeadKind::PerChannel => "its head has one scale per row".to_owned(),
        HeadKind::PerBlock(block) => format!("its head has blocks of {block}"),
    };
    (!expected.is(&head.kind)).then_some(kind)
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
    let linear = form.linear.map_or_else(
        || "float weights".to_owned(),
        |it| format!("{} weights in blocks of {}", it.data.0, it.block),
    );
    match form.head {
        Some(head) if head.tied => format!("{linear}, head tied to the embedding"),
        Some(head) => match head.block {
            Some(block) => format!("{linear}, own head in blocks of {block}"),
            None => format!("{linear}, own float head"),
        },
        None => linear,
    }
}

fn describe_weights(weights: &Weights) -> String {
    let kind = weights.quantized.first().map_or_else(
        || "float weights".to_owned(),
        |it| {
            format!(
                "{} weights in blocks of {}",
                it.data.dtype,
                it.block.iter().product::<u64>()
            )
        },
    );
    let head = match &weights.head {
        Some(head) if head.tied == Some(true) => ", head tied to the embedding".to_owned(),
        Some(head) => match head.kind {
            HeadKind::Float => ", own float head".to_owned(),
            HeadKind::PerChannel => ", own head with one scale per row".to_owned(),
            HeadKind::PerBlock(block) => format!(", own head in blocks of {block}"),
        },
        None => String::new(),
    };
    format!("{kind}{head}, {} bytes", weights.bytes())
}
