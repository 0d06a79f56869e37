//! `graph-kv-growing-pair`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-kv-growing-pair",
    family: Family::Graph,
    level: Level::Error,
    summary: "two of the states grow with the context",
    explanation: include_str!("graph_kv_growing_pair.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::token_step(context) else {
        return;
    };
    let growing = step.growing().len();
    if !(3..=4).contains(&step.function.states.len()) || growing >= 2 {
        return;
    }
    findings
        .report(
            step.subject("states", ""),
            format!("{growing} of {} states have a dynamic dimension and the engine needs 2 that grow for keys and values, so creating it fails with `invalidOutputType`", step.function.states.len()),
        )
        .expected("2 growing states")
        .actual(growing)
        .help("export the key and value states with a dynamic sequence dimension");
}
