//! `bundle-auxiliary-assets`.

use std::path::{Component, Path};

use serde_json::Value;

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

/// Where the field may stand.
const PLACES: [&str; 2] = ["auxiliary_assets", "language.auxiliary_assets"];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for place in PLACES {
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
