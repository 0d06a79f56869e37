//! Profiles as files.

use granite_bundle::profile::builtin;
use granite_bundle_testkit::bundle::Bundle;
use granite_bundle_testkit::granite::{Geometry, Granite, Head, Precision};
use granite_bundle_testkit::program::Element;
use granite_bundle_testkit::scratch;
use granite_bundle_testkit::turn::has_turn;
use serde_json::Value;

use crate::{granite_350m, json, loud, run, stderr, stdout, wrong_vocabulary};

#[test]
fn built_in_profiles_are_what_the_schema_says() {
    let schema: Value =
        serde_json::from_str(include_str!("../../schemas/profile.schema.json")).unwrap();
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/src/profile/data");
    let mut names = Vec::new();
    for file in std::fs::read_dir(data).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let profile: Value = toml::from_str(&text).unwrap();
        jsonschema::validate(&schema, &profile).unwrap();
        let name = profile["name"].as_str().unwrap().to_owned();
        assert_eq!(path.file_stem().unwrap(), name.as_str());
        names.push(name);
    }
    names.sort();
    let mut built_in: Vec<_> = builtin().iter().map(|it| it.name.clone()).collect();
    built_in.sort();
    assert_eq!(names, built_in);
}

#[test]
fn every_built_in_profile_says_where_its_facts_are_from() {
    for profile in builtin() {
        assert!(!profile.references.is_empty(), "{}", profile.name);
        for address in &profile.references {
            assert!(address.starts_with("https://"), "{address}");
        }
    }
}

/// What the exporters wrote of shrunken configurations: names, order, types, ranks and what is dynamic are the model's own,
/// sizes are not. The control of two states has none of its own model; a dense one by the same exporter stands for it.
#[test]
fn built_in_profiles_have_the_names_ranks_and_types_that_the_exporters_write() {
    let text = include_str!("../fixtures/signatures/exporters.json");
    let exports: Vec<Value> = serde_json::from_str(text).unwrap();
    assert_eq!(exports.len(), 5);
    for export in &exports {
        let name = export["profile"].as_str().unwrap();
        let profile = builtin().iter().find(|it| it.name == name).unwrap();
        let function = &profile.function;
        for (group, expected) in [
            ("inputs", &function.inputs),
            ("outputs", &function.outputs),
            ("states", &function.states),
        ] {
            let seen = export[group].as_array().unwrap();
            assert_eq!(expected.len(), seen.len(), "{name} {group}");
            for (tensor, value) in expected.iter().zip(seen) {
                assert_eq!(value["name"], tensor.name.as_str(), "{name}");
                if let Some(dtype) = tensor.dtype {
                    assert_eq!(value["dtype"], dtype.0.name(), "{name} {}", tensor.name);
                }
                let sizes = value["shape"].as_array().unwrap();
                let dynamic = |size: &Value| size.is_null();
                assert_eq!(
                    sizes.iter().map(dynamic).collect::<Vec<_>>(),
                    tensor
                        .dims()
                        .iter()
                        .map(Option::is_none)
                        .collect::<Vec<_>>(),
                    "{name} {}",
                    tensor.name
                );
            }
        }
    }
}

#[test]
fn the_profile_is_found_by_facts_forced_by_name_and_turned_off() {
    let folder = scratch::folder();
    let mut bundle = granite_350m();
    bundle.manifest.as_mut().unwrap()["name"] = "llama".into();
    bundle.write(&folder.path().join("llama")).unwrap();
    let profile = |choice: &str| {
        json(folder.path(), &["--profile", choice, "llama"])["bundles"][0]["profile"].clone()
    };
    assert_eq!(profile("auto"), "granite-4.0-h-350m");
    assert_eq!(profile("granite-4.0-h-1b"), "granite-4.0-h-1b");
    assert_eq!(profile("none"), Value::Null);
    let forced = loud(&json(
        folder.path(),
        &["--profile", "granite-4.0-h-1b", "llama"],
    ));
    assert!(
        forced.contains(&"granite-signature".to_owned()),
        "{forced:?}"
    );
}

#[test]
fn a_profile_written_from_a_bundle_is_met_by_it_and_by_no_other() {
    let folder = scratch::folder();
    granite_350m().write(&folder.path().join("a")).unwrap();
    wrong_vocabulary().write(&folder.path().join("b")).unwrap();
    let text = stdout(&run(folder.path(), &["inspect", "--as-profile", "a"]));
    let schema: Value =
        serde_json::from_str(include_str!("../../schemas/profile.schema.json")).unwrap();
    jsonschema::validate(&schema, &toml::from_str(&text).unwrap()).unwrap();
    insta::assert_snapshot!(text);

    let mine = text.replace("family = \"granite-4.0-h\"", "family = \"mine\"");
    assert_ne!(mine, text);
    std::fs::write(folder.path().join("mine.toml"), mine).unwrap();
    let found = |bundle: &str| {
        let args = ["--profile", "mine.toml", "--select", "profile", bundle];
        let document = json(folder.path(), &args);
        crate::found(&document)
    };
    assert_eq!(found("a"), []);
    assert_eq!(
        found("b"),
        [("profile-vocab".to_owned(), "error".to_owned())]
    );
}

/// A decode step of a few layers, each matrix as wide as blocks of 32 need.
fn little() -> Granite {
    let geometry = Geometry {
        hidden: 64,
        mamba_layers: 2,
        attention_layers: 1,
        mamba_heads: 4,
        mamba_head_dim: 32,
        state: 16,
        conv_taps: 4,
        query_heads: 2,
        kv_heads: 2,
        head_dim: 32,
        mlp: 128,
        vocab: 256,
    };
    Granite::fp16(geometry)
}

#[test]
fn a_profile_written_from_any_bundle_is_met_by_it() {
    let palette = |bits, vector, rows| Precision::Palette { bits, vector, rows };
    let precisions = [
        Precision::FLOAT16,
        Precision::Float(Element::BF16),
        Precision::INT8_BLOCK32,
        Precision::PerBlock(Element::SI4, 16),
        Precision::PerChannel(Element::UI8),
        Precision::Blocks(Element::SI8, Element::F32, [16, 16]),
        Precision::Blocks(Element::SI8, Element::BF16, [4, 1]),
        palette(4, 1, 4),
        palette(8, 4, 4),
        palette(6, 1, 1),
        Precision::Sparse,
    ];
    let folder = scratch::folder();
    let mut number = 0;
    for (at, linears) in precisions.into_iter().enumerate() {
        for turn in 0..4 {
            number += 1;
            if !has_turn(number - 1, 3) {
                continue;
            }
            let head = (turn > 0).then(|| precisions[(3 * turn + at) % precisions.len()]);
            let mut granite = little();
            granite.linears = linears;
            granite.odd_linear = Some((3, precisions[(at + number) % precisions.len()]));
            granite.embedding = precisions[(at + 1) % precisions.len()];
            granite.head = head.map_or(Head::Tied, Head::Untied);
            let words = [
                "int8lin",
                "int4hu_b16",
                "fp16",
                "4bit",
                "pal8",
                "int8hu_block32_sym",
            ];
            let name = format!("n{number}_{}", words[number % words.len()]);
            let bundle = Bundle::granite(&name, &granite);
            bundle.write(&folder.path().join(&name)).unwrap();
            let text = stdout(&run(folder.path(), &["inspect", "--as-profile", &name]));
            let file = format!("{name}.toml");
            std::fs::write(folder.path().join(&file), &text).unwrap();
            let document = json(folder.path(), &["--profile", &file, &name]);
            let judged = document["bundles"][0]["profile"].as_str();
            assert_eq!(judged, Some(name.as_str()), "{text}");
            let met = crate::found(&document);
            let missed: Vec<_> = met
                .iter()
                .filter(|(rule, level)| {
                    level != "note" && (rule.starts_with("granite") || rule.starts_with("profile"))
                })
                .collect();
            assert!(
                missed.is_empty(),
                "{missed:?} {linears:?} {head:?}\n{text}\n{document:#}"
            );
        }
    }
    assert_eq!(number, precisions.len() * 4);
}

#[test]
fn a_profile_needs_one_readable_bundle() {
    let folder = scratch::folder();
    granite_350m().write(&folder.path().join("a")).unwrap();
    let refused = |args: &[&str]| {
        let output = run(
            folder.path(),
            &[&["inspect", "--as-profile"], args].concat(),
        );
        assert_eq!((crate::code(&output), stdout(&output).as_str()), (2, ""));
        stderr(&output)
    };
    assert!(refused(&["a", "a"]).contains("one bundle, not 2"));
    assert!(refused(&["a/granite-350m-fp16.aimodel"]).contains("no readable manifest"));
    refused(&["none"]);
}

#[test]
fn the_worked_example_is_a_profile() {
    let text = include_str!("../../src/profile/data/nemotron-3-nano-4b.toml");
    let schema: Value =
        serde_json::from_str(include_str!("../../schemas/profile.schema.json")).unwrap();
    jsonschema::validate(&schema, &toml::from_str(text).unwrap()).unwrap();
    let profile = granite_bundle::profile::Profile::parse(text).unwrap();
    assert_eq!(
        profile.claimed_form("nemotron_decode_int8hu").unwrap().name,
        "int8hu"
    );

    let page = include_str!("../../docs/profiles.md");
    let block = page.split("```toml\n").nth(1).unwrap();
    let shown = block.split("```").next().unwrap();
    assert_eq!(
        granite_bundle::profile::Profile::parse(shown).unwrap(),
        profile
    );
}

#[test]
fn the_documented_configuration_is_accepted() {
    let page = include_str!("../../docs/lint.md");
    let block = page.split("```toml\n").nth(1).unwrap();
    let text = block.split("```").next().unwrap();
    let path = std::path::Path::new("granite-bundle.toml");
    let config = granite_bundle::lint::config::Config::parse(path, text).unwrap();
    assert_eq!(config.baseline.len(), 1);
}
