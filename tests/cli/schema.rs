//! `schema`.

use insta::assert_snapshot;

use crate::{repository, run};

#[test]
fn a_schema_is_printed_as_it_lies_in_the_repository() {
    let run = run(&repository(), &["schema", "inspect"]);
    assert_eq!(
        run.stdout,
        include_str!("../../schemas/inspect-1.schema.json")
    );
    assert_eq!(run.code, 0);
}

#[test]
fn a_typo_is_answered_with_the_nearest_name() {
    assert_snapshot!(run(&repository(), &["schema", "metdata-0.2"]).text(), @r#"
    [stderr]
    error: no schema is called "metdata-0.2"
    help: did you mean metadata-0.2?
    [exit 2]
    "#);
}

#[test]
fn the_schema_of_the_manifest_accepts_the_example_and_refuses_mistakes() {
    let schema: serde_json::Value =
        serde_json::from_str(&run(&repository(), &["schema", "metadata"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let good: serde_json::Value = serde_json::from_str(include_str!(
        "../../examples/granite-4.0-h-1b-signature/metadata.json"
    ))
    .unwrap();
    assert!(validator.is_valid(&good));
    let mistakes = [
        ("/metadata_version", serde_json::json!("0.1")),
        ("/language/vocab_size", serde_json::Value::Null),
        ("/language/function_map/main", serde_json::json!("main")),
        ("/assets/main", serde_json::json!("model.mlpackage")),
    ];
    for (pointer, value) in mistakes {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&bad), "{pointer}");
    }
}
