//! `bundle-not-a-manifest`.

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-not-a-manifest",
    family: Family::Bundle,
    level: Level::Note,
    summary: "metadata.json is a bundle's manifest",
    explanation: include_str!("bundle_not_a_manifest.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(manifest) = context.manifest() else {
        return;
    };
    if !manifest.document.value.is_object() || manifest::root(context).is_some() {
        return;
    }
    let has_tokenizer = context
        .tokenizer()
        .is_some_and(|tokenizer| tokenizer.has_tokenizer_json);
    let finding = findings.report(
        "metadata",
        "metadata.json has neither `metadata_version` nor `assets`, so it belongs to something else than a language bundle and the engine would refuse it as version 0.1",
    );
    finding
        .expected("a manifest with `metadata_version` and `assets`")
        .help("point at the bundle's own folder, or restore its manifest");
    if has_tokenizer {
        finding.level(Level::Error);
    }
}
