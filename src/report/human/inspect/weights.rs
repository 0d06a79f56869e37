//! The weights on a page: by type, by storage, and what of them a step reads.

use crate::engine::deployment::Deployment;
use crate::engine::memory::tokens_per_second;
use crate::model::{Experts, Head, QuantizedActivations, WeightClass, Weights};
use crate::report::json::inspect::Details;
use crate::report::terminal::{ACCENT, Cell, Columns, DIM, Page, STRONG, count, plural, size};

/// Kinds of quantization listed without `--weights`.
const KINDS_SHOWN: usize = 4;

/// Adds the section.
pub(super) fn section(
    page: &mut Page,
    weights: &Weights,
    deployment: Option<&Deployment<'_>>,
    options: Details<'_>,
) {
    page.section("Weights");
    storage(page, weights);
    quantized(page, weights, options.weights);
    if options.weights {
        plain(page, weights);
    }
    for (place, group) in weights.activations.iter().enumerate() {
        page.field(
            if place == 0 { "activations" } else { "" },
            &activations(group),
        );
    }
    let head = weights.head.as_ref().map(|it| head(it, weights));
    page.optional("head", head.as_deref());
    if options.weights
        && let Some(table) = &weights.embedding
    {
        let text = matrix(
            weights,
            &table.weight.dtype.to_string(),
            &table.shape,
            table.quantized,
        );
        page.field("embedding", &text);
    }
    if weights.bytes() > 0
        && let Some(deployment) = deployment
    {
        step(page, weights, deployment, options);
    }
}

fn storage(page: &mut Page, weights: &Weights) {
    let total = weights.bytes();
    let mut columns = Columns::default();
    for storage in &weights.storage {
        let share = storage.bytes as f64 / total.max(1) as f64;
        columns.row([
            Cell::new(ACCENT, storage.dtype.name()),
            Cell::number(&count(storage.elements)),
            Cell::number(&size(storage.bytes)),
            Cell::number(&format!("{:.1} %", share * 100.0)).styled(DIM),
            Cell::new(ACCENT, &bar(share)),
        ]);
    }
    match columns.is_empty() {
        true => page.remark("none"),
        false => page.columns(&columns),
    }
}

/// Decoded constants that the same words describe.
struct Kind {
    words: String,
    is_sparse: bool,
    constants: u64,
    elements: u64,
    stored: u64,
    bytes: u64,
}

fn quantized(page: &mut Page, weights: &Weights, all: bool) {
    let mut kinds: Vec<Kind> = Vec::new();
    for group in weights.quantized_groups() {
        let words = group.first.to_string();
        let constants = group.members.len() as u64;
        match kinds.iter_mut().find(|kind| kind.words == words) {
            Some(kind) => {
                kind.constants += constants;
                kind.elements = kind.elements.saturating_add(group.elements);
                kind.stored = kind.stored.saturating_add(group.stored);
                kind.bytes = kind.bytes.saturating_add(group.bytes);
            }
            None => kinds.push(Kind {
                words,
                is_sparse: group.first.sparse.is_some(),
                constants,
                elements: group.elements,
                stored: group.stored,
                bytes: group.bytes,
            }),
        }
    }
    let shown = if all { kinds.len() } else { KINDS_SHOWN };
    for (place, kind) in kinds.iter().take(shown).enumerate() {
        let mut text = format!("{} × {}", count(kind.constants), kind.words);
        if kind.is_sparse {
            let density = kind.stored as f64 / kind.elements.max(1) as f64;
            text.push_str(&format!(", {:.1} % stored", density * 100.0));
        }
        if all {
            let (elements, bytes) = (count(kind.elements), size(kind.bytes));
            text.push_str(&format!(", {elements} elements in {bytes}"));
        }
        page.field(if place == 0 { "quantized" } else { "" }, &text);
    }
    if kinds.len() > shown {
        let more = (kinds.len() - shown) as u64;
        page.remark(&format!(
            "{} not shown (--weights)",
            plural(more, "more kind")
        ));
    }
}

/// Matrices that are used as they are stored, by type.
fn plain(page: &mut Page, weights: &Weights) {
    let mut kinds: Vec<(&'static str, String, u64, u64)> = Vec::new();
    for weight in &weights.constants {
        let class = match weight.class {
            WeightClass::Embedding => "embedding",
            WeightClass::Linear => "linear",
            WeightClass::Convolution => "convolution",
            _ => continue,
        };
        if weight.quantized.is_some() {
            continue;
        }
        let dtype = weight.constant.dtype.to_string();
        let elements = weight.constant.elements();
        match kinds
            .iter_mut()
            .find(|kind| (kind.0, &kind.1) == (class, &dtype))
        {
            Some(kind) => {
                kind.2 += 1;
                kind.3 = kind.3.saturating_add(elements);
            }
            None => kinds.push((class, dtype, 1, elements)),
        }
    }
    for (place, (class, dtype, number, elements)) in kinds.iter().enumerate() {
        let text = format!(
            "{} × {dtype}, {class}, {} elements",
            count(*number),
            count(*elements)
        );
        page.field(if place == 0 { "plain" } else { "" }, &text);
    }
}

fn activations(group: &QuantizedActivations) -> String {
    format!(
        "quantized to {} in {}, {} scales",
        group.data,
        plural(group.operations, "place"),
        group.scale
    )
}

fn step(page: &mut Page, weights: &Weights, deployment: &Deployment<'_>, options: Details<'_>) {
    let bytes = deployment.weight_bytes_per_token;
    let step = weights.step(&deployment.step.name);
    let experts = step.map_or(&[][..], |step| &step.experts);
    let less = bytes < weights.bytes();
    let gathers_rows = less
        && weights
            .head
            .as_ref()
            .is_some_and(|head| head.tied == Some(false));
    let remark = if gathers_rows {
        " (a gather reads one row of the embedding)"
    } else {
        ""
    };
    page.field("per token", &format!("{} read{remark}", size(bytes)));
    for group in experts {
        page.field("experts", &experts_text(group));
    }
    if let Some(bandwidth) = options.bandwidth
        && let Some(ceiling) = tokens_per_second(bandwidth, bytes)
    {
        let text = format!("{ceiling:.1} tokens/s at {} GB/s", bandwidth / 1e9);
        page.field_in(STRONG, "ceiling", &text);
    }
}

fn experts_text(experts: &Experts) -> String {
    let stacks = plural(experts.stacks, "stack");
    match experts.picked {
        Some(picked) => format!("a token reads {picked} of {} in {stacks}", experts.of),
        None => format!(
            "{} in {stacks}; the graph does not show how many a token reads, so all are counted",
            experts.of
        ),
    }
}

fn bar(share: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share * 16.0 * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

fn head(head: &Head, weights: &Weights) -> String {
    let tied = match head.tied {
        Some(true) => ", tied to the embedding",
        Some(false) => ", not tied",
        None => "",
    };
    let dtype = head.weight.dtype.to_string();
    format!(
        "{}{tied}",
        matrix(weights, &dtype, &head.shape, head.quantized)
    )
}

/// A matrix by its storage and sizes.
fn matrix(weights: &Weights, dtype: &str, shape: &[u64], quantized: Option<usize>) -> String {
    let sizes: Vec<String> = shape.iter().map(u64::to_string).collect();
    let sizes = sizes.join(" × ");
    match quantized.and_then(|at| weights.quantized.get(at)) {
        Some(weight) => format!("{sizes}, {weight}"),
        None => format!("{sizes}, {dtype}"),
    }
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn bars_grow_by_eighths() {
        assert_eq!(bar(0.0), "");
        assert_eq!(bar(1.0), "█".repeat(16));
        assert_eq!(bar(0.1), "█▋");
    }
}
