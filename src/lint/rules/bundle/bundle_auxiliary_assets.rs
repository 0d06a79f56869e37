//! `bundle-auxiliary-assets`.

use std::path::{Component, Path};

use serde_json::Value;

use crate::bundle::{AUXILIARY, DeclaredFile, Resolution};
use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-auxiliary-assets",
    family: Family::Bundle,
    level: Level::Error,
    summary: "auxiliary assets have a known role and stay in the bundle",
    explanation: include_str!("bundle_auxiliary_assets.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

/// The roles that engine text so far knows.
const ROLES: [&str; 1] = ["per_layer_embeddings"];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for place in AUXILIARY {
        let value = manifest::value(context, &format!("/{}", place.replace('.', "/")));
        match value {
            None | Some(Value::Null) => {}
            Some(Value::Object(assets)) => {
                for (role, file) in assets {
                    asset(context, findings, place, role, file);
                }
            }
            Some(other) => {
                manifest::undecodable(context, findings, place, other, "an object of texts")
            }
        }
    }
    let named = context.target.declared.iter();
    for file in named.filter(|file| AUXILIARY.contains(&file.place)) {
        look(context, findings, file);
    }
}

/// What the field names is there and can be read.
fn look(context: &Context<'_>, findings: &mut Findings<'_>, file: &DeclaredFile) {
    let subject = format!("{}.{}", file.place, file.role);
    let Resolution {
        declared,
        escapes,
        exact,
        ..
    } = &file.resolution;
    let (message, help) = match (exact, file.asset.unreadable()) {
        _ if *escapes => return,
        (None, _) => (
            format!(
                "{subject} names {declared}, which is not in the bundle, so an engine that loads it fails"
            ),
            "put it there, or leave the entry out",
        ),
        (Some(_), Some(error)) => (
            format!(
                "{subject} names {declared}, which cannot be read ({}), so an engine that loads it fails",
                error.message
            ),
            "copy or export the asset again",
        ),
        (Some(_), None) => return,
    };
    findings
        .report(subject.as_str(), message)
        .level(manifest::autumn_level(context).min(Level::Warning))
        .expected("an asset in the bundle's folder")
        .actual(declared)
        .help(help);
}

fn asset(
    context: &Context<'_>,
    findings: &mut Findings<'_>,
    place: &str,
    role: &str,
    file: &Value,
) {
    let subject = format!("{place}.{role}");
    let Some(file) = file.as_str() else {
        return manifest::undecodable(context, findings, &subject, file, "a text");
    };
    let climbs = Path::new(file)
        .components()
        .any(|part| !matches!(part, Component::Normal(_) | Component::CurDir));
    if climbs {
        findings
            .report(
                subject.as_str(),
                format!("{subject} is {file:?}, and a path out of the bundle's folder is not part of the release"),
            )
            .level(Level::Warning)
            .expected("a path below the bundle's folder")
            .actual(file)
            .help("put the asset into the bundle's folder");
    }
    if !ROLES.contains(&role) {
        findings
            .report(
                subject.as_str(),
                format!("{role:?} is no role of an auxiliary asset that engines so far know, so {file} is shipped and perhaps never loaded"),
            )
            .level(Level::Note)
            .expected(ROLES.join(", "))
            .actual(role)
            .help("compare the role with the engine the bundle is for");
    }
}
