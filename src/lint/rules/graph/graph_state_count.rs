//! `graph-state-count`.

use crate::checkout::capability::Capability;
use crate::finding::Level;
use crate::lint::rules::facts::{ENGINE_AS_A_WHOLE, step};
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-state-count",
    family: Family::Graph,
    level: Level::Error,
    summary: "the engine carries that many states",
    explanation: include_str!("graph_state_count.md"),
    provenance: &[Provenance::Engine, Provenance::Community],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::step(context) else {
        return;
    };
    let states = &step.function.states;
    let count = states.len();
    let names: Vec<&str> = states.iter().map(|state| state.name.as_str()).collect();
    let names = if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    };
    let is_by_engine = (3..=4).contains(&count) && !step.takes_embeddings;
    let (level, message, expected) = match count {
        2 => return,
        _ if is_by_engine => {
            if context
                .engine
                .is_some_and(|engine| engine.has(Capability::ExtraStates))
            {
                return;
            }
            let level = context.level_by_engine(&[Capability::ExtraStates], Level::Error);
            let message = format!(
                "the function has {count} states ({names}), which engines before 3 August 2026 (E2) refuse with `invalidOutputType` because they carry exactly 2, so it needs one with extra-states"
            );
            (level, message, "an engine with extra-states")
        }
        _ if step.takes_embeddings => {
            let message = format!(
                "the function has {count} states ({names}) and the vision-language engine carries exactly 2, so creating it fails with `invalidOutputType`"
            );
            (Level::Error, message, "2")
        }
        _ => {
            let message = format!(
                "the function has {count} states ({names}) and no engine carries fewer than 2 or more than 4, so creating it fails with `invalidOutputType`"
            );
            (Level::Error, message, "2 to 4")
        }
    };
    let found = findings
        .report(step.subject("states", ""), message)
        .level(level)
        .expected(expected)
        .actual(count)
        .help(advice(count, step.takes_embeddings));
    if is_by_engine {
        found.part_of(ENGINE_AS_A_WHOLE);
    }
}

/// What leads from that many states to as many as an engine carries.
fn advice(count: usize, takes_embeddings: bool) -> &'static str {
    match count {
        0 => {
            "export the model with its cache: pass the key and value caches as states that the graph reads and writes, instead of recomputing the whole text at each step"
        }
        1 => {
            "give keys and values a state each, in the order key, value; one state for both is not split by any engine"
        }
        _ if takes_embeddings => {
            "keep keys and values as the two states, and fold everything else into them or into the graph"
        }
        3..=4 => {
            "run it on an engine with extra-states (upstream's since 3 August 2026, E2, or a patched one): `granite-bundle preflight` says whether a checkout is one"
        }
        _ => {
            "stack the states of a kind into one (all layers' convolutions, all layers' recurrences), so that key, value and at most two more remain"
        }
    }
}
