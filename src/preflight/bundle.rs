//! What the bundle layer asks of the files.

use super::{BY_BUNDLE, Condition, ConditionState, own};
use crate::bundle::{Manifest, Part, Resolution, Target, TargetKind};
use crate::checkout::capability::{Feature, Survey};

/// The one manifest version every era accepts.
const MANIFEST_VERSION: &str = "0.2";

/// The kinds of bundle the language engines load.
const LANGUAGE_MODELS: [&str; 2] = ["llm", "vlm"];

/// The manifest, then the asset it names.
pub(super) fn needs(target: &Target, engine: &Survey) -> Vec<Condition> {
    let (outcome, detail) = manifest(target);
    let mut needs = vec![own("manifest", outcome, detail)];
    if let Some(resolution) = &target.resolution {
        let (outcome, detail) = asset(target, resolution, engine);
        needs.push(own("asset", outcome, detail));
    } else if let Part::Unreadable(error) = &target.asset {
        needs.push(own(
            "asset",
            ConditionState::Unknown,
            unreadable(&error.message),
        ));
    }
    needs
}

fn manifest(target: &Target) -> (ConditionState, String) {
    if target.kind == TargetKind::Asset {
        let detail = "the engine loads a bundle folder, and this is an asset by itself";
        return (ConditionState::Unmet, detail.to_owned());
    }
    match &target.manifest {
        Part::Absent => (
            ConditionState::Unmet,
            "the engine reads metadata.json first, and there is none".to_owned(),
        ),
        Part::Unreadable(error) => (
            ConditionState::Unmet,
            format!(
                "the engine reads metadata.json first, and it {}",
                error.message
            ),
        ),
        Part::Present(manifest) => match objection(manifest) {
            Some(objection) => (ConditionState::Unmet, objection),
            None if manifest
                .kind()
                .is_some_and(|kind| LANGUAGE_MODELS.contains(&kind)) =>
            {
                (
                    BY_BUNDLE,
                    format!("metadata.json is a language model's, version {MANIFEST_VERSION}"),
                )
            }
            None => (
                ConditionState::Unknown,
                format!(
                    "metadata.json is of kind `{}`, and only {} can be judged",
                    manifest.kind().unwrap_or_default(),
                    LANGUAGE_MODELS
                        .map(|kind| format!("`{kind}`"))
                        .join(" and ")
                ),
            ),
        },
    }
}

/// The first thing in the manifest that makes every loader refuse it.
fn objection(manifest: &Manifest) -> Option<String> {
    let version = manifest.metadata_version();
    if version != Some(MANIFEST_VERSION) {
        return Some(format!(
            "the loader takes manifest version {MANIFEST_VERSION} alone, and this is {}",
            version.map_or_else(|| "not stated".to_owned(), |version| format!("`{version}`"))
        ));
    }
    if !manifest.may_be_language() {
        return None;
    }
    let language = manifest.language();
    let positive = |number: Option<i64>| number.is_some_and(|number| number > 0);
    let fields = [
        ("kind", manifest.kind().is_some()),
        ("name", manifest.name().is_some()),
        ("assets.main", manifest.main_asset().is_some()),
        (
            "language.tokenizer",
            language.is_some_and(|l| l.tokenizer().is_some()),
        ),
        (
            "language.vocab_size",
            language.is_some_and(|l| positive(l.vocab_size())),
        ),
        (
            "language.max_context_length",
            language.is_some_and(|l| positive(l.max_context_length())),
        ),
    ];
    let vision = manifest.document.value.get("vision");
    let has_vision =
        manifest.kind() != Some("vlm") || vision.is_some_and(serde_json::Value::is_object);
    let mut fields = fields.into_iter().chain([("vision", has_vision)]);
    let (field, _) = fields.find(|(_, usable)| !usable)?;
    Some(format!(
        "the loader requires `{field}` in metadata.json, and it is missing or unusable"
    ))
}

fn asset(target: &Target, resolution: &Resolution, engine: &Survey) -> (ConditionState, String) {
    let declared = &resolution.declared;
    if resolution.escapes {
        let detail = format!("assets.main is `{declared}`, outside the bundle, and not followed");
        return (ConditionState::Unknown, detail);
    }
    let loaded = if engine.is(Feature::AssetsValidated) {
        &resolution.exact
    } else if engine.is(Feature::CompiledTwin) {
        &resolution.newest
    } else {
        &resolution.before_fallback
    };
    let Some(loaded) = loaded else {
        return absent(resolution, engine);
    };
    if let Part::Unreadable(error) = &target.asset {
        return (ConditionState::Unknown, unreadable(&error.message));
    }
    let name = loaded
        .file_name()
        .unwrap_or(loaded.as_os_str())
        .to_string_lossy();
    if *name == **declared || loaded.ends_with(declared) {
        return (BY_BUNDLE, format!("assets.main is `{declared}`, and there"));
    }
    let detail = format!("assets.main is `{declared}`, and this engine loads `{name}` for it");
    if Some(loaded) == resolution.newest.as_ref() {
        (BY_BUNDLE, detail)
    } else {
        let detail = format!("{detail}, which is not the asset this tool has read");
        (ConditionState::Unknown, detail)
    }
}

fn absent(resolution: &Resolution, engine: &Survey) -> (ConditionState, String) {
    let declared = &resolution.declared;
    let Some(compiled) = &resolution.newest else {
        let detail = format!("assets.main is `{declared}`, and there is no such asset");
        return (ConditionState::Unmet, detail);
    };
    let compiled = compiled.file_name().unwrap_or(compiled.as_os_str());
    let detail = format!(
        "assets.main is `{declared}` and only `{}` is there, which engines before 57a0a63 and from 15 September 2026 \
         on do not look for: name it in assets.main",
        compiled.to_string_lossy()
    );
    let outcome = if engine.era.is_some() {
        ConditionState::Unmet
    } else {
        ConditionState::Unknown
    };
    (outcome, detail)
}

fn unreadable(message: &str) -> String {
    format!("the asset could not be read: {message}")
}
