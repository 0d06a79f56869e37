//! Profiles as files.

use granite_bundle_testkit::bundle::Bundle;
use granite_bundle_testkit::granite::{Geometry, Granite, Head, Precision};
use granite_bundle_testkit::program::Element;
use serde_json::Value;

use crate::{granite_350m, json, loud, run, stderr, stdout, wrong_vocabulary};

#[test]
fn built_in_profiles_are_what_the_schema_says() {
    let schema: Value =
        serde_json::from_str(include_str!("../../schemas/profile.schema.json")).unwrap();
    for text in [
        include_str!("../../src/profile/data/granite-4.0-h-1b.toml"),
        include_str!("../../src/profile/data/granite-4.0-h-350m.toml"),
    ] {
        let profile: Value = toml::from_str(text).unwrap();
        jsonschema::validate(&schema, &profile).unwrap();
    }
}

#[test]
fn the_profile_is_found_by_facts_forced_by_name_and_turned_off() {
    let folder = tempfile::tempdir().unwrap();
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
    let folder = tempfile::tempdir().unwrap();
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
    let folder = tempfile::tempdir().unwrap();
    let mut number = 0;
    for (at, linears) in precisions.into_iter().enumerate() {
        for turn in 0..4 {
            number += 1;
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
    let folder = tempfile::tempdir().unwrap();
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
    let text = include_str!("../../docs/profiles/nemotron-3-nano-4b.toml");
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
