//! `graph-prefill-function`.

use crate::checkout::capability::Feature;
use crate::finding::Level;
use crate::lint::rules::facts::step::{self, StepFunction};
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};
use crate::model::{Function, Value};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-prefill-function",
    family: Family::Graph,
    level: Level::Error,
    summary: "a prefill function fits main",
    explanation: include_str!("graph_prefill_function.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

/// What engines since September 2026 look for beside the function they sample from.
const PREFILL: &str = "prefill";

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let (Some(step), Some(asset)) = (step::token_step(context), context.asset()) else {
        return;
    };
    let Some(prefill) = asset
        .function(PREFILL)
        .filter(|other| *other != step.function)
    else {
        return;
    };
    let level = match context.engine {
        Some(engine) if engine.is(Feature::PrefillGraph) => Level::Error,
        Some(engine) if engine.era.is_some() => return,
        _ => Level::Note,
    };
    let Some((what, expected)) = misfit(&step, prefill) else {
        return;
    };
    findings
        .report(
            format!("functions.{PREFILL}"),
            format!("{what} on engines since the end of August 2026 (E4a), which feed prompts through {PREFILL}"),
        )
        .level(level)
        .expected(expected)
        .help("export prefill again with the inputs and states of main, no outputs, and a dynamic query length in both; or leave it out");
}

/// What keeps a function from serving prompts for the step, with its consequence, and what is needed.
fn misfit(step: &StepFunction<'_>, prefill: &Function) -> Option<(String, String)> {
    let main = step.function;
    let names = |values: &[Value]| {
        let names = values.iter().map(|value| value.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let inputs = names(&main.inputs);
    if names(&prefill.inputs) != inputs {
        let what = format!(
            "prefill takes {} and {} takes {inputs}, so creating the engine fails",
            names(&prefill.inputs),
            main.name
        );
        return Some((what, inputs));
    }
    let state_names = |function: &Function| {
        let mut names: Vec<String> = function.states.iter().map(|s| s.name.clone()).collect();
        names.sort();
        names
    };
    if state_names(prefill) != state_names(main) {
        let states = names(&main.states);
        let what = format!(
            "prefill has the states {} and {} has {states}, so creating the engine fails",
            names(&prefill.states),
            main.name
        );
        return Some((what, states));
    }
    if !prefill.outputs.is_empty() {
        let what = format!(
            "prefill gives {}, and it may give nothing, so creating the engine fails",
            names(&prefill.outputs)
        );
        return Some((what, "no outputs".to_owned()));
    }
    let what = format!(
        "prefill lies beside a {} that takes one token at a time, and its chunks are bound with the shape of that, so the first chunk of more aborts the process",
        main.name
    );
    step.is_single_token()
        .then(|| (what, "a dynamic query length".to_owned()))
}
