//! `bundle-in-app-resources`.

use crate::files::absolute;
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Provenance, Rule};
use std::path::Component;

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-in-app-resources",
    family: Family::Bundle,
    level: Level::Warning,
    summary: "the bundle is not inside an app",
    explanation: include_str!("bundle_in_app_resources.md"),
    provenance: &[Provenance::Community],
    needs: &[],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let path = absolute(&context.target.path);
    let app = path.components().find_map(|part| match part {
        Component::Normal(name) => name.to_str().filter(|name| name.ends_with(".app")),
        _ => None,
    });
    let Some(app) = app else {
        return;
    };
    findings
        .report(
            "path",
            format!("the bundle lies inside {app}, and an .aimodel folder there was seen to fail code signing or installation"),
        )
        .expected("a place outside the app")
        .actual(app)
        .help("deliver the bundle as an on-demand resource or a download");
}
