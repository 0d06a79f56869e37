//! Every committed asset reads as its author declared it and as Apple's reader shows it.

use std::fs;
use std::path::PathBuf;

use granite_bundle::model::{Asset, Dim, Function, ImageFormat, Value, ValueType, Visibility};
use serde_json::{Value as Json, json};

fn assets() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/assets")
}

/// The text Apple's reader shows for a type.
fn display(value: &Value) -> String {
    match &value.ty {
        ValueType::Tensor { dtype, shape } => {
            let dims = shape.iter().map(|dim| match dim {
                Some(size) => size.to_string(),
                None => "?".to_owned(),
            });
            let dims = dims.collect::<Vec<_>>().join(" × ");
            let comma = if dims.is_empty() { "" } else { ", " };
            format!("NDArray ({}{comma}{dims})", dtype.display_name())
        }
        ValueType::Image {
            height,
            width,
            format,
        } => {
            let format = match format {
                ImageFormat::Rgb24 => "24RGB".to_owned(),
                ImageFormat::Argb32 => "32ARGB".to_owned(),
                ImageFormat::Bgra32 => "32BGRA".to_owned(),
                other => other.to_string(),
            };
            format!("Image ({width} × {height}, {format})")
        }
        ValueType::Other(text) => text.clone(),
    }
}

fn shown(values: &[Value]) -> Vec<Json> {
    let rows = values.iter();
    rows.map(|value| json!([value.name, display(value)]))
        .collect()
}

/// What Apple's reader says, said by ours.
fn as_apple(asset: &Asset) -> Json {
    let public = asset
        .functions
        .iter()
        .filter(|function| function.visibility == Visibility::Public);
    let functions = public.map(|function| {
        json!({
            "name": function.name,
            "inputs": shown(&function.inputs),
            "outputs": shown(&function.outputs),
            "states": shown(&function.states),
        })
    });
    let storage = asset.weights.storage.iter();
    let storage = storage.map(|s| json!([s.dtype.display_name(), s.elements]));
    let operations = asset.statistics.operations.iter();
    let compute = asset.statistics.compute_types.iter();
    let compute = compute.map(|name| {
        let dtype = granite_bundle::model::DType::from_name(name);
        dtype.map_or(name.as_str(), |dtype| dtype.display_name())
    });
    json!({
        "compatibility_version": asset.compatibility_version(),
        "functions": functions.collect::<Vec<_>>(),
        "operations": operations.map(|(name, n)| json!([name, n])).collect::<Vec<_>>(),
        "storage": storage.collect::<Vec<_>>(),
        "compute_types": compute.collect::<Vec<_>>(),
    })
}

fn declared_value(value: &Value) -> Json {
    match &value.ty {
        ValueType::Tensor { dtype, shape } => {
            json!({"name": value.name, "dtype": dtype.name(), "shape": shape})
        }
        ValueType::Image {
            height,
            width,
            format,
        } => {
            let shape: [Dim; 2] = [Some(*height), Some(*width)];
            let format = format.to_string();
            json!({"name": value.name, "dtype": "image", "shape": shape, "format": format})
        }
        ValueType::Other(text) => json!({"name": value.name, "dtype": text}),
    }
}

fn declared_function(function: &Function) -> Json {
    let values = |values: &[Value]| values.iter().map(declared_value).collect::<Vec<_>>();
    json!({
        "name": function.name,
        "visibility": match function.visibility {
            Visibility::Public => "public",
            Visibility::Private => "private",
        },
        "inputs": values(&function.inputs),
        "outputs": values(&function.outputs),
        "states": values(&function.states),
    })
}

#[test]
fn every_committed_asset_agrees_with_its_author_and_with_apple() {
    let text = fs::read_to_string(assets().join("expected.json")).unwrap();
    let expected: serde_json::Map<String, Json> = serde_json::from_str(&text).unwrap();
    assert!(!expected.is_empty());
    let mut wrong = Vec::new();
    for (name, facts) in &expected {
        let asset = match Asset::open(&assets().join(format!("{name}.aimodel"))) {
            Ok(asset) => asset,
            Err(error) => {
                wrong.push(format!("{error}"));
                continue;
            }
        };
        let functions: Vec<Json> = asset.functions.iter().map(declared_function).collect();
        // The vendor writer drops private graphs that nothing calls.
        let kept = |graph: &&Json| graph["visibility"] == "public" || functions.contains(graph);
        let declared = facts["declared"]["functions"].as_array().unwrap();
        let declared: Vec<&Json> = declared.iter().filter(kept).collect();
        for (ours, theirs) in [
            (json!(functions), json!(declared)),
            (as_apple(&asset), facts["apple"].clone()),
        ] {
            if ours != theirs {
                wrong.push(format!("{name}: read {ours}\n  expected {theirs}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
