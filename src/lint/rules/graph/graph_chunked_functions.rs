//! `graph-chunked-functions`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-chunked-functions",
    family: Family::Graph,
    level: Level::Error,
    summary: "a chunked model has what the static-shape engine uses",
    explanation: include_str!("graph_chunked_functions.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(chunked) = context
        .deployment
        .and_then(|deployment| deployment.chunked.as_ref())
    else {
        return;
    };
    // A dynamic model taken for a chunked one by its names lacks everything; that is another rule's.
    if context.asset().is_some_and(step::has_main_step) {
        return;
    }
    let declared = context
        .language()
        .and_then(|language| u64::try_from(language.max_context_length()?).ok());
    for objection in chunked.objections(declared) {
        let finding = findings.report(objection.subject, objection.message);
        finding.expected(objection.expected);
        if objection.older_only {
            let level = match context.engine.is_some_and(|it| it.wants_long_prompts()) {
                true => Level::Error,
                false => Level::Warning,
            };
            finding.level(level).help(
                "later engines do without; export it as Apple's iOS preset does for the others",
            );
        } else {
            finding.help("export the model again with Apple's iOS preset, or name functions and values as it does");
        }
    }
}
