//! `graph-no-functions`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};
use crate::model::Visibility;

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-no-functions",
    family: Family::Graph,
    level: Level::Error,
    summary: "the asset has a public function",
    explanation: include_str!("graph_no_functions.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(asset) = context.asset() else {
        return;
    };
    let is_public = |visibility: Visibility| visibility == Visibility::Public;
    if asset
        .functions
        .iter()
        .any(|function| is_public(function.visibility))
    {
        return;
    }
    let private = asset.functions.len();
    findings
        .report(
            "functions",
            format!("the program has no public function ({private} private ones), so the engine finds nothing to run"),
        )
        .expected("a public function such as main")
        .actual(format!("{private} private functions"))
        .help("export the asset again; a conversion that stopped half way leaves such a file");
}
