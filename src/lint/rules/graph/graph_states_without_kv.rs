//! `graph-states-without-kv`.

use crate::checkout::capability::Feature;
use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-states-without-kv",
    family: Family::Graph,
    level: Level::Warning,
    summary: "the states hold a key-value pair",
    explanation: include_str!("graph_states_without_kv.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::token_step(context) else {
        return;
    };
    let ([first, second], Some(deployment)) = (step.function.states.as_slice(), context.deployment)
    else {
        return;
    };
    // One that grows beside one that does not is another rule's.
    if deployment.has_kv_pair() || first.is_dynamic() || second.is_dynamic() {
        return;
    }
    let (level, consequence) = match context.engine {
        None => (
            Level::Note,
            "the pipelined engine takes them for one up to August 2026 (E3) and refuses the model since 4 September 2026 (E4b), while the newest coreai-sequential admits it",
        ),
        Some(engine) => match engine.era {
            None => (
                Level::Warning,
                "whether this checkout takes them for one or refuses the model is not known",
            ),
            // The text that looks at inputs by name looks at the shapes of two states as well.
            Some(_) if !engine.is(Feature::InputsByName) => (
                Level::Warning,
                "this checkout takes any two states for one, so a rewind or a partial reset silently corrupts them",
            ),
            Some(_) => (
                Level::Error,
                "the pipelined engine of this checkout needs two that grow, so creating it fails with `Expected at least 2 growing KV cache states`",
            ),
        },
    };
    findings
        .report(
            step.subject("states", ""),
            format!("the states {} and {} are static and no key-value pair: {consequence}", first.name, second.name),
        )
        .level(level)
        .expected("a key and a value state that grow with the context")
        .actual(format!("{} {}, {} {}", first.name, step::typed(first), second.name, step::typed(second)))
        .help("run it with the variant coreai-sequential, or on an engine that admits recurrent states alone; reset to 0 only");
}
