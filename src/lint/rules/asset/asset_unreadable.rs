//! `asset-unreadable`.

use crate::bundle::{Leads, shown};
use crate::finding::Level;
use crate::lint::ContentHash;
use crate::lint::{Context, Family, Findings, Provenance, Rule};
use crate::model::AssetError;

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
    for part in context.assets() {
        if let ContentHash::Failed(reason) = part.hash {
            findings
                .report(
                    subject(part.role),
                    format!("the bytecode of {} cannot be read to its end ({reason}), so loading it fails or stops half way", part.named()),
                )
                .help("copy the asset again and compare sizes");
        }
    }
    let target = context.target;
    if let Some(error) = target.asset.unreadable() {
        report(context, "main", error, findings);
    }
    for side in &target.side_assets {
        if let Some(error) = side.asset.unreadable() {
            report(context, &side.role, error, findings);
        }
    }
}

fn subject(role: &str) -> String {
    match role {
        "main" => "asset".to_owned(),
        role => format!("assets.{role}"),
    }
}

fn report(context: &Context<'_>, role: &str, error: &AssetError, findings: &mut Findings<'_>) {
    let target = context.target;
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
    let which = match role {
        "main" => "the asset".to_owned(),
        role => format!("the asset {role}"),
    };
    let finding = findings.report(
        subject(role),
        format!(
            "{}{place} {}, so {which} cannot be loaded, and nothing else about it is known",
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
