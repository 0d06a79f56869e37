//! `bundle-asset-missing`.

use std::path::Path;

use crate::bundle::Resolution;
use crate::checkout::capability::Feature;
use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-asset-missing",
    family: Family::Bundle,
    level: Level::Error,
    summary: "every declared asset is in the bundle",
    explanation: include_str!("bundle_asset_missing.md"),
    provenance: &[Provenance::Engine, Provenance::Community],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if manifest::root(context).is_none() {
        return;
    }
    if let Some(resolution) = &context.target.resolution
        && !resolution.escapes
    {
        if resolution.newest.is_none() {
            let siblings = context
                .target
                .siblings
                .iter()
                .filter_map(|path| file_name(path));
            let help = siblings.collect::<Vec<_>>().join(", ");
            report(findings, "main", &resolution.declared).help(if help.is_empty() {
                "put the asset's folder where the manifest says; build steps that flatten folders leave it behind".to_owned()
            } else {
                format!("the bundle has {help}: correct assets.main, or put the asset back")
            });
        } else if resolution.before_fallback.is_none() {
            compiled_only(context, findings, "main", &resolution.declared);
        }
    }
    for side in &context.target.side_assets {
        let Resolution {
            declared,
            escapes,
            newest,
            before_fallback,
            exact: _,
        } = &side.resolution;
        if *escapes {
            continue;
        }
        if newest.is_none() {
            report(findings, &side.role, declared).help("put it there, or leave the entry out");
        } else if before_fallback.is_none() {
            compiled_only(context, findings, &side.role, declared);
        }
    }
    // What is no model is an asset too: the loader asks for every entry.
    let others = context.target.declared.iter();
    for file in others.filter(|file| file.place == "assets" && manifest::is_language(context)) {
        let resolution = &file.resolution;
        if !resolution.escapes && resolution.exact.is_none() {
            report(findings, &file.role, &resolution.declared)
                .help("put it there, or leave the entry out");
        }
    }
}

fn report<'f>(
    findings: &'f mut Findings<'_>,
    role: &str,
    declared: &str,
) -> &'f mut crate::finding::Finding {
    findings
        .report_member(
            "/assets",
            role,
            format!("assets.{role} names {declared}, which is not in the bundle, so loading fails inside the framework or, in llm-runner and llm-server, with `missingAsset`"),
        )
        .expected(declared)
        .actual("absent")
}

/// The declared source is absent and its compiled twin is there: found by newer engines only.
fn compiled_only(context: &Context<'_>, findings: &mut Findings<'_>, role: &str, declared: &str) {
    let level = match context.engine {
        Some(engine) if engine.is(Feature::CompiledTwin) => return,
        // Only of a text that was recognised is the absence of the search known.
        Some(engine) if engine.era.is_some() => Level::Error,
        _ => Level::Note,
    };
    findings
        .report(
            format!("assets.{role}"),
            format!("assets.{role} names {declared} and the bundle has {declared}c, which engines before 4 August and from 15 September 2026 on do not find, so there loading fails"),
        )
        .level(level)
        .expected(format!("{declared}c"))
        .actual(declared)
        .help(format!("name the compiled asset in assets.{role}"));
}

fn file_name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}
