//! `graph-no-functions`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};
use crate::model::Function;

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
    for part in context.assets() {
        if part.asset.functions.iter().any(Function::is_public) {
            continue;
        }
        let private = part.asset.functions.len();
        let subject = match part.role {
            "main" => "functions".to_owned(),
            _ => part.declared(),
        };
        findings
            .report(
                subject,
                format!("the program of {} has no public function ({private} private ones), so the engine finds nothing to run", part.named()),
            )
            .expected("a public function such as main")
            .actual(format!("{private} private functions"))
            .help("export the asset again; a conversion that stopped half way leaves such a file");
    }
}
