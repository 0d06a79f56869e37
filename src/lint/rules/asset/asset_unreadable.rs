//! `asset-unreadable`.

use crate::bundle::{Leads, shown};
use crate::finding::Level;
use crate::lint::ContentHash;
use crate::lint::{Context, Family, Findings, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-unreadable",
    family: Family::Asset,
    level: Level::Error,
    summary: "the asset can be read",
    explanation: include_str!("asset_unreadable.md"),
    provenance: &[Provenance::Tool],
    needs: &[],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let target = context.target;
    if let ContentHash::Failed(reason) = context.hash {
        findings
            .report(
                "asset",
                format!("the bytecode cannot be read to its end ({reason}), so loading it fails or stops half way"),
            )
            .help("copy the asset again and compare sizes");
    }
    let Some(error) = target.asset.unreadable() else {
        return;
    };
    // A link that leads nowhere good is one finding, the link's.
    let is_link = |path| {
        target
            .symlinks
            .iter()
            .any(|link| link.path == path && link.leads != Leads::Inside)
    };
    if is_link(error.path.as_path()) {
        return;
    }
    let place = error
        .offset
        .filter(|_| !error.message.contains("at byte"))
        .map_or_else(String::new, |offset| format!(" at byte {offset}"));
    let file = error.path.strip_prefix(&target.path).unwrap_or(&error.path);
    let finding = findings.report(
        "asset",
        format!(
            "{}{place} {}, so the asset cannot be loaded, and nothing else about it is known",
            shown(file),
            error.message
        ),
    );
    finding.help(
        error
            .help
            .clone()
            .unwrap_or_else(|| "copy or export the asset again".to_owned()),
    );
}
