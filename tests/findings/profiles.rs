//! Profiles as files.

use serde_json::Value;

use crate::{granite_350m, json, loud};

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
