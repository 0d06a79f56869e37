//! `graph-rounding-identity`.

use crate::finding::Level;
use crate::lint::rules::facts::operations;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-rounding-identity",
    family: Family::Graph,
    level: Level::Warning,
    summary: "no floor, trunc or ceil in the graph",
    explanation: include_str!("graph_rounding_identity.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Asset],
    check,
};

const ROUNDING: [&str; 3] = ["floor", "trunc", "ceil"];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for word in ROUNDING {
        let rounds = |name: &str| name.starts_with(word) && !name.starts_with("floor_divide");
        let Some(count) = operations(context, &rounds) else {
            continue;
        };
        findings
            .report(
                format!("operations.{word}"),
                format!("the program has {count} {word} operation(s), which the GPU delegate leaves out while the CPU rounds, so results differ between the two"),
            )
            .expected(format!("no {word}"))
            .actual(format!("{count} {word}"))
            .help("express the rounding by other operations, for example by a cast to an integer type and back");
    }
}
