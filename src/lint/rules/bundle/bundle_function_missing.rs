//! `bundle-function-missing`.

use crate::engine::signature::Structure;
use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};
use crate::model::Visibility;

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-function-missing",
    family: Family::Bundle,
    level: Level::Error,
    summary: "the function to run exists in the asset",
    explanation: include_str!("bundle_function_missing.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest, Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let (Some(language), Some(asset)) = (context.language(), context.asset()) else {
        return;
    };
    let name = language.main_function();
    let named = manifest::is_language(context)
        && Structure::of(&asset.functions) != Structure::ChunkedStatic;
    if !named || asset.functions.is_empty() || asset.function(name).is_some() {
        return;
    }
    // A name inside a map of the wrong shape is not one the engine ever sees.
    let subject = if manifest::value(context, "/language/function_map/main").is_some() {
        "language.function_map.main"
    } else {
        "assets.main"
    };
    let public: Vec<&str> = asset
        .functions
        .iter()
        .filter(|function| function.visibility == Visibility::Public)
        .map(|function| function.name.as_str())
        .collect();
    let public = if public.is_empty() {
        "none".to_owned()
    } else {
        public.join(", ")
    };
    findings
        .report(
            subject,
            format!("the engine loads the function {name} and the asset's public functions are {public}, so creating the engine fails with `Cannot find function`"),
        )
        .expected(name)
        .actual(public)
        .help(if asset.functions.iter().any(|function| function.name.starts_with("extend")) {
            "for a chunked static model export load_embeddings beside the extend functions; else name one of the asset's functions in function_map.main"
        } else {
            "name one of the asset's functions in function_map.main"
        });
}
