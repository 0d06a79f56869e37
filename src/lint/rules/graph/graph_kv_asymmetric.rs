//! `graph-kv-asymmetric`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-kv-asymmetric",
    family: Family::Graph,
    level: Level::Warning,
    summary: "key and value states have the same geometry",
    explanation: include_str!("graph_kv_asymmetric.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::step(context) else {
        return;
    };
    let Some((key, value)) = step.pair() else {
        return;
    };
    // One growing and one static state are no pair, which is another rule's to say.
    if !key.is_dynamic() || !value.is_dynamic() || key.ty == value.ty {
        return;
    }
    findings
        .report(
            step.state(value),
            format!("{} is {} and {} is {}, and the engine copies both with the geometry of the first when they grow, so the second is copied wrongly", key.name, step::typed(key), value.name, step::typed(value)),
        )
        .expected(step::typed(key))
        .actual(step::typed(value))
        .help("pad both to one geometry in the export, or keep the context within the first 256 tokens");
}
