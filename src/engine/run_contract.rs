//! What the host of a bundle must do for it to run right, and the commands that do it.

use super::signature::{StateKind, static_logits, static_query};
use crate::files::quoted;
use crate::model::Function;

/// One requirement on the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Its id; the lint rule that speaks of it has the same.
    pub id: &'static str,
    /// What to do and why, in at most two sentences; names stand between backticks.
    pub what: String,
    /// The command that does it, for a POSIX shell.
    pub command: Option<String>,
}

impl Duty {
    /// What to do, and the command between backticks.
    pub fn text(&self) -> String {
        match &self.command {
            Some(command) => format!("{} Command: `{command}`", self.what),
            None => self.what.clone(),
        }
    }
}

/// The requirements of a function, most urgent first; `bundle` is how a command names the bundle.
///
/// Source: the engine's pipelined and sequential variants up to commit `86b363d`.
pub fn run_contract(function: &Function, bundle: &str) -> Vec<Duty> {
    let kinds = StateKind::of(&function.states);
    let single = static_query(function) == Some(1);
    let hybrid = kinds.contains(&StateKind::Fixed);
    let model = quoted(bundle);
    let mut duties = Vec::new();
    let mut add = |applies: bool, id, what: String, command: Option<String>| {
        if applies {
            duties.push(Duty { id, what, command });
        }
    };
    add(
        kinds.len() > 2 || static_logits(function).is_some(),
        "run-engine-revision",
        needed_of_the_engine(function),
        None,
    );
    add(
        single,
        "run-chunk-one",
        "Feed prompts one token at a time: set `COREAI_CHUNK_THRESHOLD=1` before the engine is created. An engine \
         that takes the chunk from the graph does not need it."
            .to_owned(),
        Some(format!("COREAI_CHUNK_THRESHOLD=1 llm-benchmark --model {model}")),
    );
    add(
        single,
        "run-warmup",
        "Warm up with length 1, or not at all: the default length 256 does not fit the static step and ends the \
         process."
            .to_owned(),
        Some(format!(
            "COREAI_CHUNK_THRESHOLD=1 llm-runner --model {model} --warmup exact --warmup-length 1"
        )),
    );
    add(
        hybrid,
        "run-no-partial-reset",
        "Reset only to 0: a fixed state cannot be rewound to an earlier token.".to_owned(),
        None,
    );
    add(
        hybrid,
        "run-reask",
        "On the 0.2.0 line, call `reset(to: 0)` before sending a prompt again; later engines replay by themselves."
            .to_owned(),
        None,
    );
    add(
        !kinds.is_empty(),
        "run-extension-skip",
        "Between turns, reset, or send the conversation so that the last sampled token is fed: a turn that ends by \
         token limit leaves it out."
            .to_owned(),
        None,
    );
    add(
        single,
        "run-long-prefill-reset",
        "During a long prompt, cancel and wait before resetting: a reset that waits longer than about 5 s ends the \
         process."
            .to_owned(),
        None,
    );
    add(
        kinds.len() > 2,
        "run-guided-hybrid",
        "For guided generation use the variant `coreai-sequential`: the constrained GPU step binds the key and value \
         states only."
            .to_owned(),
        None,
    );
    add(
        kinds.contains(&StateKind::KvCache),
        "run-token-limit",
        "Give a token limit: without one, the caches are grown to the full context at the start."
            .to_owned(),
        None,
    );
    duties
}

fn needed_of_the_engine(function: &Function) -> String {
    let states = function.states.len();
    let mut needs = Vec::new();
    if states > 2 {
        needs.push(format!("carries {states} states"));
    }
    if let Some(length) = static_logits(function) {
        needs.push(format!(
            "sizes the logits to the graph's static length {length}"
        ));
    }
    format!(
        "Use an engine that {}; `granite-bundle preflight` tells whether a checkout does.",
        needs.join(" and ")
    )
}

#[cfg(test)]
mod tests {
    use super::super::signature::tests::{function, granite, tensor};
    use super::*;

    fn ids(function: &Function) -> Vec<&'static str> {
        run_contract(function, "b")
            .iter()
            .map(|duty| duty.id)
            .collect()
    }

    #[test]
    fn granite_has_the_whole_contract_with_exact_commands() {
        let duties = run_contract(&granite(), "my bundle");
        let text = |id| {
            let duty = duties.iter().find(|duty| duty.id == id);
            duty.map(Duty::text).unwrap_or_default()
        };
        assert_eq!(duties.len(), 9);
        assert!(
            text("run-chunk-one")
                .contains("`COREAI_CHUNK_THRESHOLD=1 llm-benchmark --model 'my bundle'`")
        );
        assert!(text("run-warmup").contains("--warmup exact --warmup-length 1`"));
        assert!(text("run-engine-revision").contains("carries 4 states and sizes the logits"));
    }

    #[test]
    fn a_growing_pair_asks_for_little() {
        let kv = [Some(4), Some(1), Some(4), None, Some(64)];
        let plain = Function {
            inputs: vec![tensor("ids", &[Some(1), None])],
            outputs: vec![tensor("logits", &[Some(1), None, Some(8)])],
            states: vec![tensor("k", &kv), tensor("v", &kv)],
            ..function("main")
        };
        assert_eq!(ids(&plain), ["run-extension-skip", "run-token-limit"]);
        assert_eq!(ids(&function("main")), [] as [&str; 0]);
    }
}
