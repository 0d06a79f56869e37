//! `bundle-context-over-source`.

use crate::files::json::natural;
use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-context-over-source",
    family: Family::Bundle,
    level: Level::Error,
    summary: "the context fits what the model was trained for",
    explanation: include_str!("bundle_context_over_source.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let claimed = manifest::value(context, "/language/max_context_length").and_then(natural);
    let recorded = manifest::value(context, "/source/max_position_embeddings").and_then(natural);
    let known = context
        .profile
        .and_then(|profile| profile.model.source_positions);
    let (Some(claimed), Some(trained)) = (claimed, recorded.or(known)) else {
        return;
    };
    if claimed <= trained {
        return;
    }
    findings
        .report(
            "language.max_context_length",
            format!("max_context_length is {claimed} and the model was trained for {trained} positions, so text beyond them comes out degraded without any error"),
        )
        .expected(format!("at most {trained}"))
        .actual(claimed)
        .help("lower max_context_length to what the source model states");
}
