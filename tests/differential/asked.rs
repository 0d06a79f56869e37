//! Exported assets: signatures and descriptions of the weights against what was asked of the exporter.

use granite_bundle::model::{Asset, QuantizedWeight, Weight, WeightClass, Weights};

use crate::compare::declared;
use crate::expected::{
    Asked, AskedFunction, AskedWeight, DeclaredFunction, Form, PaletteForm, ScaleForm, Set,
    SparseForm,
};

/// Sizes and storage of a weight.
type Described = (Vec<u64>, Form);

/// What the reader says of a constant that holds a weight.
fn described(weights: &Weights, weight: &Weight) -> Described {
    let Some(decoded) = weight.quantized.map(|at| &weights.quantized[at]) else {
        let form = Form {
            data: weight.constant.dtype.to_string(),
            scale: None,
            palette: None,
            sparse: None,
        };
        return (weight.constant.shape.clone(), form);
    };
    (decoded.shape.clone(), form(decoded))
}

fn form(weight: &QuantizedWeight) -> Form {
    assert!(!weight.irregular, "{weight:?}");
    Form {
        data: weight.data.dtype.to_string(),
        scale: weight.scale.as_ref().map(|scale| ScaleForm {
            dtype: scale.dtype.to_string(),
            block: scale.block.clone(),
            zero_point: scale.zero_point.map(|dtype| dtype.to_string()),
            minimum: scale.minimum.map(|dtype| dtype.to_string()),
        }),
        palette: weight.palette.as_ref().map(|palette| PaletteForm {
            table: palette.table.to_string(),
            entries: palette.entries,
            tables: palette.tables,
            vector: palette.vector,
            axis: palette.axis.filter(|_| palette.vector > 1),
            block: palette.block.clone(),
        }),
        sparse: weight.sparse.map(|sparse| SparseForm {
            stored: sparse.stored,
        }),
    }
}

/// True if a weight is as it was asked to be. How many elements are smallest depends on the weights, so that it may be a
/// hundredth more or less.
fn agree(asked: &Described, found: &Described) -> bool {
    let elements: u64 = asked.0.iter().product();
    let near = match (&asked.1.sparse, &found.1.sparse) {
        (Some(asked), Some(found)) => asked.stored.abs_diff(found.stored) <= elements / 100,
        (asked, found) => asked == found,
    };
    let rest = |(shape, form): &Described| {
        let form = Form {
            sparse: None,
            ..form.clone()
        };
        (shape.clone(), form)
    };
    near && rest(asked) == rest(found)
}

/// Everything in which the weights that matter differ from what was asked, whatever their order in the file.
fn weight_differences(name: &str, weights: &Weights, asked: &[AskedWeight]) -> Vec<String> {
    let class = |asked: &AskedWeight| match asked.class.as_str() {
        "embedding" => Some(WeightClass::Embedding),
        "linear" | "experts" => Some(WeightClass::Linear),
        "convolution" | "transposed" => Some(WeightClass::Convolution),
        _ => None,
    };
    let mut differences = Vec::new();
    for wanted in [
        WeightClass::Embedding,
        WeightClass::Linear,
        WeightClass::Convolution,
    ] {
        let found = weights.constants.iter().filter(|it| it.class == wanted);
        let mut found: Vec<_> = found.map(|it| described(weights, it)).collect();
        for weight in asked.iter().filter(|it| class(it) == Some(wanted)) {
            let described = (weight.shape.clone(), weight.form.clone());
            match found.iter().position(|other| agree(&described, other)) {
                Some(place) => drop(found.remove(place)),
                None => differences.push(format!(
                    "{name}: {} was asked to be {:?}",
                    weight.path, described
                )),
            }
        }
        let left = found.into_iter();
        differences
            .extend(left.map(|left| format!("{name}: nothing asked for {wanted:?} {left:?}")));
    }
    differences
}

fn function_differences(name: &str, asset: &Asset, asked: &[AskedFunction]) -> Vec<String> {
    let functions: Vec<DeclaredFunction> = asset.functions.iter().map(declared).collect();
    let agrees = |asked: &AskedFunction, found: &DeclaredFunction| {
        let outputs = found.outputs.iter().map(|value| &value.name);
        found.visibility == "public"
            && (&found.inputs, &found.states) == (&asked.inputs, &asked.states)
            && outputs.eq(&asked.outputs)
    };
    let differing = asked.iter().filter_map(|asked| {
        let found = functions.iter().find(|found| found.name == asked.name);
        let wrong = found.is_none_or(|found| !agrees(asked, found));
        wrong.then(|| format!("{name}: asked for {asked:?}, found {found:?}"))
    });
    differing.collect()
}

fn differences(set: &Set, name: &str, asked: &Asked) -> Vec<String> {
    let asset = Asset::open(&set.path(name)).unwrap();
    let mut differences = function_differences(name, &asset, &asked.functions);
    differences.extend(weight_differences(name, &asset.weights, &asked.weights));
    let head = asset.weights.head.as_ref();
    if asked.tied.is_some() && head.and_then(|head| head.tied) != asked.tied {
        differences.push(format!("{name}: asked for {:?}, head {head:?}", asked.tied));
    }
    differences
}

#[test]
fn exported_assets_are_described_as_was_asked_of_the_exporter() {
    let (mut assets, mut weights) = (0, 0);
    let mut differing = Vec::new();
    for set in Set::all() {
        for name in set.assets.keys() {
            if let Some(asked) = set.asked(name) {
                assets += 1;
                weights += asked.weights.len();
                differing.extend(differences(&set, name, &asked));
            }
        }
    }
    println!(
        "{assets} exported assets of {weights} weights, {} differences",
        differing.len()
    );
    assert!(assets >= 20, "only {assets} assets");
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
