//! `bundle-asset-arch-infix`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-asset-arch-infix",
    family: Family::Bundle,
    level: Level::Warning,
    summary: "compiled assets are declared by their full name",
    explanation: include_str!("bundle_asset_arch_infix.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(resolution) = &context.target.resolution else {
        return;
    };
    let Some(base) = resolution.declared.strip_suffix("aimodel") else {
        return;
    };
    if resolution.newest.is_some() || base.contains('/') {
        return;
    }
    for sibling in &context.target.siblings {
        let name = sibling
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let infix = name
            .strip_prefix(base)
            .and_then(|rest| rest.strip_suffix(".aimodelc"));
        if let Some(arch) = infix.filter(|arch| !arch.is_empty()) {
            findings
                .report(
                    "assets.main",
                    format!("{} is absent and {name} is there, compiled for {arch}, which the engine's fallback does not find because it only appends a c", resolution.declared),
                )
                .expected(name)
                .actual(&resolution.declared)
                .help(format!("set assets.main to {name}"));
        }
    }
}
