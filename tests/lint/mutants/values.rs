//! Values of `metadata.json` that the rest of the bundle or the engine contradicts.

use std::fs;

use serde_json::json;

use super::{Change, Mutant, Setting, disk, manifest};
use crate::good::Base;

const PREFILL: &[&str] = &["error bundle-prefill-chunk"];
const OVERRIDES: &[&str] = &["error bundle-overrides"];

pub(super) const MUTANTS: &[Mutant] = &[
    manifest(
        "a prefill chunk in words",
        |m| m["language"]["prefill_chunk_size"] = json!("one"),
        PREFILL,
    ),
    manifest(
        "a fractional prefill threshold",
        |m| m["language"]["prefill_chunk_threshold"] = json!(1.5),
        PREFILL,
    ),
    manifest(
        "a prefill chunk of nothing",
        |m| m["language"]["prefill_chunk_size"] = json!(0.0),
        &["warning bundle-prefill-chunk"],
    ),
    manifest(
        "a prefill chunk of 512 for a graph of one token",
        |m| m["language"]["prefill_chunk_size"] = json!(512),
        &["warning bundle-prefill-chunk"],
    ),
    manifest(
        "a soft cap of 0",
        |m| m["language"]["overrides"] = json!({ "final_logit_softcapping": 0.0 }),
        OVERRIDES,
    ),
    manifest(
        "a sliding window in words and a rope that is a number",
        |m| m["language"]["overrides"] = json!({ "sliding_window": "4096", "rope": 1e4 }),
        OVERRIDES,
    ),
    manifest(
        "overrides in a list",
        |m| m["language"]["overrides"] = json!([1]),
        OVERRIDES,
    ),
    manifest(
        "auxiliary assets in a list",
        |m| m["auxiliary_assets"] = json!(["ple.aimodel"]),
        &["error bundle-auxiliary-assets"],
    ),
    manifest(
        "an auxiliary asset that is not there",
        |m| m["auxiliary_assets"] = json!({ "per_layer_embeddings": "ple.aimodel" }),
        &["warning bundle-auxiliary-assets"],
    ),
    disk(
        "an auxiliary asset that is an empty folder",
        |folder| {
            fs::create_dir(folder.join("ple.aimodel")).unwrap();
            let path = folder.join("metadata.json");
            let mut json: serde_json::Value =
                serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            json["language"]["auxiliary_assets"] = json!({ "per_layer_embeddings": "ple.aimodel" });
            fs::write(path, json.to_string()).unwrap();
        },
        &["warning bundle-auxiliary-assets"],
    ),
    manifest(
        "an entry of assets that is no model and not there",
        |m| m["assets"]["schedule"] = json!("schedule.json"),
        &["error bundle-asset-missing"],
    ),
    manifest(
        "an auxiliary asset outside of the bundle",
        |m| m["auxiliary_assets"] = json!({ "per_layer_embeddings": "../ple.aimodel" }),
        &["warning bundle-auxiliary-assets"],
    ),
    manifest(
        "an auxiliary asset of a role nobody knows",
        |m| m["auxiliary_assets"] = json!({ "embeddings": "ple.aimodel" }),
        &[
            "note bundle-auxiliary-assets",
            "warning bundle-auxiliary-assets",
        ],
    ),
    manifest(
        "vocab_size zero",
        |m| m["language"]["vocab_size"] = json!(0),
        &["error bundle-nonpositive-size", "error granite-vocab"],
    ),
    manifest(
        "max_context_length minus one",
        |m| m["language"]["max_context_length"] = json!(-1),
        &["error bundle-nonpositive-size"],
    ),
    manifest(
        "a misspelt asset",
        |m| m["assets"]["main"] = json!("granite_4_0_h_1b.aimodel"),
        &["error bundle-asset-missing"],
    ),
    manifest(
        "an asset in a folder beside the bundle",
        |m| m["assets"]["main"] = json!("../shared/granite.aimodel"),
        &["warning bundle-asset-escapes"],
    ),
    manifest(
        "an absolute path to an asset",
        |m| m["assets"]["main"] = json!("/models/granite.aimodel"),
        &["warning bundle-asset-escapes"],
    ),
    Mutant::new(
        "a vision asset that was not copied",
        Base::Vision,
        Change::Bundle(|bundle| drop(bundle.side_assets.remove("vision.aimodel"))),
        &["error bundle-asset-missing"],
    ),
    disk(
        "an app build that flattens folders",
        |bundle| {
            let asset = bundle.join(format!("{}.aimodel", Base::Int8lin.name()));
            for folder in [asset, bundle.join("tokenizer")] {
                for entry in fs::read_dir(&folder).unwrap() {
                    let path = entry.unwrap().path();
                    let place = bundle.join(path.file_name().unwrap());
                    if !place.exists() {
                        fs::rename(path, place).unwrap();
                    }
                }
                fs::remove_dir_all(folder).unwrap();
            }
        },
        &["error bundle-asset-missing", "warning tok-json-missing"],
    ),
    Mutant::new(
        "a context beyond the trained positions",
        Base::Small,
        Change::Manifest(|m| m["language"]["max_context_length"] = json!(65_536)),
        &["error bundle-context-over-source"],
    ),
    manifest(
        "compression says none and the weights are int8",
        |m| m["compression"] = json!("none"),
        &["warning bundle-precision-mismatch"],
    ),
    manifest(
        "compression says int4 and the weights are int8",
        |m| m["compression"] = json!({ "scheme": "int4", "block": 32 }),
        &["warning bundle-precision-mismatch"],
    ),
    Mutant::new(
        "compression says int8 and the weights are float",
        Base::Small,
        Change::Manifest(|m| m["compression"] = json!("int8lin")),
        &["warning bundle-precision-mismatch"],
    ),
    Mutant::new(
        "a name that claims 4-bit weights",
        Base::Ordinary,
        Change::Manifest(|m| m["name"] = json!("qwen3-0.6b-4bit")),
        &["warning bundle-precision-mismatch"],
    ),
    Mutant::new(
        "no license anywhere",
        Base::Int8lin,
        Change::Bundle(|bundle| {
            bundle.license = None;
            let (_, asset) = bundle.asset.as_mut().unwrap();
            asset.metadata.as_mut().unwrap()["license"] = json!("");
        }),
        &["warning bundle-license-missing"],
    ),
    Mutant::new(
        "the license of another project",
        Base::Int8lin,
        Change::Bundle(|bundle| {
            bundle.license = Some("MIT License\n\nCopyright (c) 2026\n".to_owned())
        }),
        &["warning granite-license"],
    ),
    Mutant::new(
        "a bundle among an app's resources",
        Base::Int8lin,
        Change::None,
        &["warning bundle-in-app-resources"],
    )
    .with(Setting::InApp),
];
