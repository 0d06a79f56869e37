//! `graph-custom-metal`.

use crate::finding::Level;
use crate::lint::rules::facts::operations;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-custom-metal",
    family: Family::Graph,
    level: Level::Note,
    summary: "the graph runs on every compute unit",
    explanation: include_str!("graph_custom_metal.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(count) = operations(context, &|name| name == "metal4_kernel") else {
        return;
    };
    findings
        .report(
            "operations.metal4_kernel",
            format!("the program has {count} custom Metal kernel(s), so it runs on the GPU only and neither on CPU nor on the neural engine"),
        )
        .actual(format!("{count} metal4_kernel"))
        .help("do not ask for other compute units; there is no fallback");
}
