//! `graph-round-ties`.

use crate::finding::Level;
use crate::lint::rules::facts::operations;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-round-ties",
    family: Family::Graph,
    level: Level::Note,
    summary: "round is used with its GPU meaning in mind",
    explanation: include_str!("graph_round_ties.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(count) = operations(context, &|name| name == "round") else {
        return;
    };
    findings
        .report(
            "operations.round",
            format!("the program has {count} round operation(s), which the GPU rounds away from zero at ties and not to even, so values at .5 differ from the source framework"),
        )
        .actual(format!("{count} round"))
        .help("compare GPU results with the source model where ties can occur");
}
