//! Mistakes in `metadata.json` and the folder.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{Change, Mutant, disk, manifest};
use crate::good::Base;

fn overwrite(bundle: &Path, text: impl AsRef<[u8]>) {
    fs::write(bundle.join("metadata.json"), text).unwrap();
}

fn text(bundle: &Path) -> String {
    fs::read_to_string(bundle.join("metadata.json")).unwrap()
}

fn remove(value: &mut serde_json::Value, key: &str) {
    value.as_object_mut().unwrap().remove(key).unwrap();
}

const MALFORMED: &[&str] = &["error bundle-malformed-metadata"];
const VERSION: &[&str] = &["error bundle-version"];
const KIND: &[&str] = &["error bundle-kind"];
const REQUIRED: &[&str] = &["error bundle-required-field"];
const FIELD_TYPE: &[&str] = &["error bundle-field-type"];

pub(super) const MUTANTS: &[Mutant] = &[
    disk(
        "metadata.json left behind by a copy",
        |bundle| fs::remove_file(bundle.join("metadata.json")).unwrap(),
        &["error bundle-missing-metadata"],
    ),
    disk(
        "metadata.json cut by an interrupted download",
        |bundle| {
            let text = text(bundle);
            overwrite(bundle, &text[..text.len() / 2]);
        },
        MALFORMED,
    ),
    disk(
        "a trailing comma in metadata.json",
        |bundle| {
            let text = text(bundle).trim_end().to_owned();
            overwrite(
                bundle,
                format!("{},\n}}\n", text.trim_end_matches('}').trim_end()),
            );
        },
        MALFORMED,
    ),
    disk(
        "merge markers in metadata.json",
        |bundle| {
            let text = text(bundle);
            overwrite(
                bundle,
                format!("<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n"),
            );
        },
        MALFORMED,
    ),
    disk(
        "metadata.json in UTF-16",
        |bundle| {
            let units = text(bundle)
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>();
            overwrite(bundle, units);
        },
        MALFORMED,
    ),
    disk(
        "an empty metadata.json",
        |bundle| overwrite(bundle, ""),
        MALFORMED,
    ),
    disk(
        "the manifest wrapped in a list",
        |bundle| {
            let text = text(bundle);
            overwrite(bundle, format!("[{text}]"));
        },
        MALFORMED,
    ),
    disk(
        "the asset's metadata copied over the manifest",
        |bundle| {
            let asset = bundle.join(format!("{}.aimodel", Base::Int8lin.name()));
            fs::copy(asset.join("metadata.json"), bundle.join("metadata.json")).unwrap();
        },
        &["error bundle-not-a-manifest"],
    ),
    disk(
        "another tool's metadata.json in a folder without tokenizer",
        |bundle| {
            overwrite(bundle, "{ \"title\": \"collection\" }\n");
            fs::remove_dir_all(bundle.join("tokenizer")).unwrap();
        },
        &["note bundle-not-a-manifest"],
    ),
    manifest(
        "a 0.1 manifest",
        |m| m["metadata_version"] = json!("0.1"),
        VERSION,
    ),
    manifest(
        "a manifest of a version to come",
        |m| m["metadata_version"] = json!("0.3"),
        VERSION,
    ),
    manifest(
        "metadata_version as a number",
        |m| m["metadata_version"] = json!(0.2),
        VERSION,
    ),
    manifest(
        "no metadata_version",
        |m| remove(m, "metadata_version"),
        VERSION,
    ),
    manifest("kind in capitals", |m| m["kind"] = json!("LLM"), KIND),
    manifest("no kind", |m| remove(m, "kind"), KIND),
    manifest("kind null", |m| m["kind"] = json!(null), KIND),
    manifest(
        "the kind of another engine",
        |m| m["kind"] = json!("diffusion"),
        KIND,
    ),
    manifest("no name", |m| remove(m, "name"), REQUIRED),
    manifest("a number for a name", |m| m["name"] = json!(4), REQUIRED),
    manifest("no assets", |m| remove(m, "assets"), REQUIRED),
    manifest(
        "the asset under another role",
        |m| {
            let main = m["assets"]["main"].take();
            m["assets"] = json!({ "model": main });
        },
        REQUIRED,
    ),
    manifest(
        "assets.main null",
        |m| m["assets"]["main"] = json!(null),
        REQUIRED,
    ),
    manifest("assets null", |m| m["assets"] = json!(null), REQUIRED),
    manifest("no language", |m| remove(m, "language"), REQUIRED),
    manifest(
        "no tokenizer id",
        |m| remove(&mut m["language"], "tokenizer"),
        REQUIRED,
    ),
    manifest(
        "vocab_size null, left so by the exporter for a nested configuration",
        |m| m["language"]["vocab_size"] = json!(null),
        REQUIRED,
    ),
    manifest(
        "vocab_size in quotes",
        |m| m["language"]["vocab_size"] = json!("100352"),
        REQUIRED,
    ),
    manifest(
        "no max_context_length",
        |m| remove(&mut m["language"], "max_context_length"),
        REQUIRED,
    ),
    manifest(
        "a fractional max_context_length",
        |m| m["language"]["max_context_length"] = json!(4096.5),
        REQUIRED,
    ),
    manifest(
        "language as a list",
        |m| m["language"] = json!(["en"]),
        FIELD_TYPE,
    ),
    manifest(
        "assets as a string",
        |m| m["assets"] = json!("model.aimodel"),
        FIELD_TYPE,
    ),
    manifest(
        "embedded_tokenizer in quotes",
        |m| m["language"]["embedded_tokenizer"] = json!("true"),
        FIELD_TYPE,
    ),
    manifest(
        "function_map as a list",
        |m| m["language"]["function_map"] = json!(["main"]),
        FIELD_TYPE,
    ),
    manifest(
        "states as a list",
        |m| m["language"]["states"] = json!(["kv_cache"]),
        FIELD_TYPE,
    ),
    manifest(
        "a number among the assets",
        |m| m["assets"]["draft"] = json!(1),
        FIELD_TYPE,
    ),
    manifest(
        "user_data as a string",
        |m| m["user_data"] = json!("build 7"),
        FIELD_TYPE,
    ),
    manifest(
        "a number in user_data",
        |m| m["user_data"] = json!({ "build": 7 }),
        &["error bundle-user-data-nonstring"],
    ),
    manifest(
        "an object in user_data",
        |m| m["user_data"] = json!({ "gate": { "result": "PASS" } }),
        &["error bundle-user-data-nonstring"],
    ),
    Mutant::new(
        "a vlm without vision",
        Base::Vision,
        Change::Manifest(|m| remove(m, "vision")),
        &["error bundle-vlm-vision-missing"],
    ),
    Mutant::new(
        "vision inside language only",
        Base::Vision,
        Change::Manifest(|m| m["language"]["vision"] = m["vision"].take()),
        &["error bundle-vlm-vision-missing"],
    ),
    manifest(
        "a string instead of a list in function_map",
        |m| m["language"]["function_map"] = json!({ "main": "main" }),
        &["error bundle-function-map-shape"],
    ),
    manifest(
        "a number in a function_map list",
        |m| m["language"]["function_map"] = json!({ "main": ["main", 1] }),
        &["error bundle-function-map-shape"],
    ),
    manifest(
        "no function_map",
        |m| remove(&mut m["language"], "function_map"),
        &["note bundle-function-map-absent"],
    ),
    manifest(
        "two functions for one role",
        |m| m["language"]["function_map"] = json!({ "main": ["main", "prefill"] }),
        &["note bundle-function-map-extra"],
    ),
    manifest(
        "a role the engine does not know",
        |m| m["language"]["function_map"] = json!({ "main": ["main"], "prefill": ["prefill"] }),
        &["note bundle-function-map-extra"],
    ),
    manifest(
        "a function the asset does not have",
        |m| m["language"]["function_map"] = json!({ "main": ["decode"] }),
        &["error bundle-function-missing"],
    ),
    disk(
        "a kind that stands twice",
        |bundle| {
            let twice = text(bundle).replacen('{', "{\n  \"kind\": \"vlm\",", 1);
            overwrite(bundle, twice);
        },
        &["warning bundle-repeated-key"],
    ),
    manifest(
        "kinds of states declared",
        |m| m["language"]["states"] = json!({ "convState": "fixed", "recState": "fixed" }),
        &["note bundle-states-ignored"],
    ),
    manifest(
        "a misspelt kind of state",
        |m| m["language"]["states"] = json!({ "recState": "recurrent" }),
        &["error bundle-states-kind", "note bundle-states-ignored"],
    ),
];
