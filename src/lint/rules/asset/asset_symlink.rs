//! `asset-symlink`.

use crate::bundle::{Leads, shown};
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "asset-symlink",
    family: Family::Asset,
    level: Level::Error,
    summary: "no part of the asset is a symbolic link",
    explanation: include_str!("asset_symlink.md"),
    provenance: &[Provenance::Community],
    needs: &[],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let target = context.target;
    for link in &target.symlinks {
        let inside = link.path.strip_prefix(&target.path).unwrap_or(&link.path);
        // Where the folder itself is named differs between machines; what is said about it does not.
        let (subject, path) = match inside.as_os_str().is_empty() {
            true => ("path".to_owned(), shown(&target.path)),
            false => (format!("path.{}", shown(inside)), shown(inside)),
        };
        let target = shown(&link.target);
        let where_to = match link.leads {
            Leads::Inside | Leads::HubCache => "",
            Leads::Outside => ", outside the bundle",
            Leads::Nowhere => ", which does not exist",
            Leads::Cycle => ", in a circle",
            Leads::Refused => ", which cannot be looked at",
        };
        findings
            .report(
                subject,
                format!("{path} is a symbolic link to {target}{where_to}, and the framework fails to specialize an asset behind a link although Python reads it"),
            )
            .expected("a real file or folder")
            .actual(format!("a link to {target}"))
            .help("replace the link by what it leads to (`cp -RL`)");
    }
}
