//! What `inspect --json --weights` says of exported assets, in words, against what was asked of the exporter.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use crate::command::inspect;
use crate::expected::{AskedWeight, Set};

#[derive(Debug, Deserialize)]
struct Entry {
    path: String,
    weights: Vec<WeightFacts>,
    quantized: Vec<Group>,
    activations: Vec<ActivationFacts>,
}

#[derive(Debug, Deserialize)]
struct ActivationFacts {
    data: String,
}

#[derive(Debug, Deserialize)]
struct WeightFacts {
    class: String,
    data: String,
    shape: Vec<u64>,
    quantized: Option<usize>,
}

#[derive(Debug, Deserialize)]
struct Group {
    kind: String,
    granularity: Option<String>,
    scale: Option<String>,
    zero_point: Option<String>,
    minimum: Option<String>,
    palette: Option<PaletteFacts>,
    sparse: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct PaletteFacts {
    table: String,
    entries: u64,
    vector: u64,
}

/// A weight in the words that both sides have.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Words {
    class: String,
    shape: Vec<u64>,
    data: String,
    kind: String,
    granularity: Option<String>,
    scale: [Option<String>; 3],
    palette: Option<(String, u64, u64)>,
    is_sparse: bool,
}

impl Words {
    /// What was asked; `None` for weights whose class the document does not list.
    fn asked(weight: &AskedWeight) -> Option<Words> {
        let class = match weight.class.as_str() {
            "experts" => "linear",
            "transposed" => "convolution",
            class @ ("embedding" | "linear" | "convolution") => class,
            _ => return None,
        };
        let form = &weight.form;
        let (scale, palette) = (form.scale.as_ref(), form.palette.as_ref());
        let kind = match (palette, scale, &form.sparse) {
            (Some(_), ..) => "palette",
            (None, Some(_), _) => "affine",
            (None, None, Some(_)) => "sparse",
            (None, None, None) => "plain",
        };
        let block = scale.map(|it| &it.block).or(palette.map(|it| &it.block));
        Some(Words {
            class: class.to_owned(),
            shape: weight.shape.clone(),
            data: form.data.clone(),
            kind: kind.to_owned(),
            granularity: block.map(|block| granularity(&weight.shape, block).to_owned()),
            scale: scale.map_or([None, None, None], |it| {
                [
                    Some(it.dtype.clone()),
                    it.zero_point.clone(),
                    it.minimum.clone(),
                ]
            }),
            palette: palette.map(|it| (it.table.clone(), it.entries, it.vector)),
            is_sparse: form.sparse.is_some(),
        })
    }

    fn said(weight: WeightFacts, groups: &[Group]) -> Words {
        let group = weight.quantized.map(|at| &groups[at]);
        let text = |of: fn(&Group) -> &Option<String>| group.and_then(|it| of(it).clone());
        let palette = group.and_then(|it| it.palette.as_ref());
        Words {
            class: weight.class,
            shape: weight.shape,
            data: weight.data,
            kind: group.map_or("plain", |it| &it.kind).to_owned(),
            granularity: text(|it| &it.granularity),
            scale: [
                text(|it| &it.scale),
                text(|it| &it.zero_point),
                text(|it| &it.minimum),
            ],
            palette: palette.map(|it| (it.table.clone(), it.entries, it.vector)),
            is_sparse: group.is_some_and(|it| it.sparse.is_some()),
        }
    }
}

/// The word for what shares a scale or a table.
fn granularity(shape: &[u64], block: &[u64]) -> &'static str {
    let cut = || shape.iter().zip(block).filter(|(size, step)| step < size);
    let runs = cut().filter(|(_, step)| **step > 1).count();
    match (cut().count(), runs) {
        (0, _) => "tensor",
        (1, 0) => "channel",
        (1 | 2, 1) => "block",
        _ => "blocks",
    }
}

#[test]
fn inspect_has_the_words_for_what_was_asked() {
    let mut weights = 0;
    let mut differing = Vec::new();
    for set in Set::all() {
        if set.assets.keys().all(|name| set.asked(name).is_none()) {
            continue;
        }
        for entry in inspect::<Entry>(&set.folder, &["--weights"]) {
            let stem = Path::new(&entry.path).file_stem().unwrap();
            let name = stem.to_str().unwrap();
            let ask = set.asked(name).unwrap();
            let activations = entry.activations.iter().map(|it| it.data.as_str());
            let activations: BTreeSet<_> = activations.collect();
            if activations != ask.activations.as_deref().into_iter().collect() {
                differing.push(format!("{name}: activations {activations:?}"));
            }
            let mut asked: Vec<_> = ask.weights.iter().filter_map(Words::asked).collect();
            let listed = entry.weights.into_iter();
            let listed = listed.filter(|weight| weight.class != "other");
            let mut said: Vec<_> = listed
                .map(|weight| Words::said(weight, &entry.quantized))
                .collect();
            asked.sort();
            said.sort();
            weights += asked.len();
            if asked != said {
                differing.push(format!("{name}\n  asked {asked:?}\n  said  {said:?}"));
            }
        }
    }
    println!(
        "{weights} weights described in words, {} assets differ",
        differing.len()
    );
    assert!(weights >= 70, "only {weights} weights");
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
