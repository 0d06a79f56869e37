//! `bundle-vision-assets`.

use crate::bundle::SideAsset;
use crate::finding::Level;
use crate::lint::rules::facts::{manifest, step};
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};
use crate::model::{Asset, Function, Value};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-vision-assets",
    family: Family::Bundle,
    level: Level::Error,
    summary: "a vision bundle has its encoder and its embedding table",
    explanation: include_str!("bundle_vision_assets.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

/// A role the vision-language engine loads beside `main`, with the functions it looks for, best first.
const PARTS: [(&str, [&str; 2]); 2] = [
    ("vision", ["encode_image", "main"]),
    ("embedding", ["embed_tokens", "main"]),
];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if manifest::text(context, "/kind") != Some("vlm") {
        return;
    }
    for (role, functions) in PARTS {
        let declared = context
            .target
            .side_assets
            .iter()
            .find(|side| side.role == role);
        match declared {
            None if manifest::text(context, &format!("/assets/{role}")).is_none() => {
                undeclared(role, findings);
            }
            None => {}
            Some(side) => check_functions(side, &functions, findings),
        }
    }
    check_sizes(context, findings);
}

fn undeclared(role: &str, findings: &mut Findings<'_>) {
    findings
        .report(
            format!("assets.{role}"),
            format!("kind is vlm and assets.{role} is absent, so the engine refuses the bundle with `missingField(\"assets.{role}\")`"),
        )
        .expected("the asset's folder, relative to the bundle")
        .actual("absent")
        .help(format!("declare the {role} asset of the export, or set kind to llm if the model takes text only"));
}

fn check_functions(side: &SideAsset, functions: &[&str; 2], findings: &mut Findings<'_>) {
    let Some(asset) = side.asset.present() else {
        return;
    };
    let missing = if function_of(asset, functions).is_none() {
        format!("{} or {}", functions[0], functions[1])
    } else if side.role == "vision"
        && asset.function("encode_image").is_some()
        && asset.function("project").is_none()
    {
        "project beside encode_image".to_owned()
    } else {
        return;
    };
    let public = asset
        .functions
        .iter()
        .filter(|function| function.is_public());
    let names: Vec<&str> = public.map(|function| function.name.as_str()).collect();
    let names = if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    };
    findings
        .report(
            format!("assets.{}", side.role),
            format!("the engine loads the function {missing} of the {} asset, whose public functions are {names}, so creating it fails with `functionNotFound`", side.role),
        )
        .expected(missing)
        .actual(names)
        .help("export the vision bundle again with Apple's exporter");
}

fn function_of<'a>(asset: &'a Asset, functions: &[&str; 2]) -> Option<&'a Function> {
    let mut named = functions.iter().filter_map(|name| asset.function(name));
    named.find(|function| function.is_public())
}

/// The widths and counts in which the three assets and the manifest must agree.
fn check_sizes(context: &Context<'_>, findings: &mut Findings<'_>) {
    let part = |place: usize| {
        let (role, functions) = &PARTS[place];
        let side = context
            .target
            .side_assets
            .iter()
            .find(|side| side.role == *role)?;
        function_of(side.asset.present()?, functions)
    };
    let vision = part(0).filter(|function| function.name == "main");
    let decoder = context
        .deployment
        .and_then(|deployment| deployment.step.inputs.first());
    let width = |value: &Value| step::shape(value).last().copied().flatten();
    for (role, function) in [("vision", vision), ("embedding", part(1))] {
        let made = function.and_then(|function| function.outputs.first());
        if let (Some(made), Some(taken)) = (made, decoder)
            && let (Some(gives), Some(takes)) = (width(made), width(taken))
            && gives != takes
        {
            findings
                .report(
                    format!("assets.{role}"),
                    format!("the {role} asset gives embeddings {gives} wide and the decoder takes {takes}, so the assets are not of one model and the first prompt fails"),
                )
                .expected(takes)
                .actual(gives)
                .help("export the three assets of one model together");
        }
    }
    let Some(vision) = vision else { return };
    let count = |key: &str| {
        let value = manifest::value(context, &format!("/vision/{key}"))?;
        value.as_u64()
    };
    let pixels = vision
        .inputs
        .first()
        .and_then(|pixels| step::dim(pixels, 3));
    disagree(
        count("image_size"),
        pixels,
        "image_size",
        "the encoder takes images of that many pixels a side",
        findings,
    );
    let tokens = vision
        .outputs
        .first()
        .and_then(|features| step::dim(features, 1));
    disagree(
        count("image_token_count"),
        tokens,
        "image_token_count",
        "the encoder gives that many embeddings an image",
        findings,
    );
}

fn disagree(
    declared: Option<u64>,
    made: Option<u64>,
    key: &str,
    fact: &str,
    findings: &mut Findings<'_>,
) {
    let (Some(declared), Some(made)) = (declared, made) else {
        return;
    };
    if declared != made {
        findings
            .report(
                format!("vision.{key}"),
                format!("vision.{key} is {declared} and {fact}: {made}, so the first image fails or aborts the process"),
            )
            .expected(made)
            .actual(declared)
            .help(format!("set {key} to {made}"));
    }
}
