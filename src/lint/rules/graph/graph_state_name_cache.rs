//! `graph-state-name-cache`.

use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-state-name-cache",
    family: Family::Graph,
    level: Level::Warning,
    summary: "recurrent states are not named like caches",
    explanation: include_str!("graph_state_name_cache.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::token_step(context) else {
        return;
    };
    for state in step.beside_the_pair() {
        let lower = state.name.to_ascii_lowercase();
        let Some(word) = ["cache", "kv"]
            .into_iter()
            .find(|word| lower.contains(word))
        else {
            continue;
        };
        if step.pair().is_some_and(|(key, _)| is_window_of(state, key)) {
            continue;
        }
        let consequence = match lower.contains("scale") {
            true => "that does not grow with the keys and values whose scales it holds",
            false => "that can be rewound, and a rewind silently corrupts a recurrent state",
        };
        findings
            .report(
                step.state(state),
                format!("the static state {} has {word:?} in its name, so the engine classes it as a sliding cache {consequence}", state.name),
            )
            .expected("a name without cache and kv")
            .actual(&state.name)
            .help("rename the state in the export, for example to convState");
    }
}

/// True for a cache of fixed length with the heads and width of the growing one.
fn is_window_of(state: &crate::model::Value, cache: &crate::model::Value) -> bool {
    let (window, cache) = (step::shape(state), step::shape(cache));
    window.len() == 5 && cache.len() == 5 && window[2] == cache[2] && window[4] == cache[4]
}
