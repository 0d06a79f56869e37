//! What the host of a bundle must do for it to run right, and the commands that do it.
//!
//! The one place that decides which duties a bundle puts on its host. Which of them a checkout takes over is for
//! those to say who know the checkout.

use super::selection::Engine;
use super::signature::{StateKind, static_logits, static_query};
use crate::files::quoted;
use crate::model::Function;

/// Tokens a growing cache holds before it first grows.
///
/// Source: the pipelined variant in every text.
const FIRST_CAPACITY: u64 = 256;

/// One requirement on the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Its id; the lint rule that speaks of it has the same.
    pub id: &'static str,
    /// Dotted path of what puts the duty on the host.
    pub subject: String,
    /// What the bundle is and what happens where the duty is neglected; one sentence without its full stop.
    pub why: String,
    /// What to do, in at most two sentences; names stand between backticks.
    pub what: String,
    /// What is needed, in few words.
    pub needed: String,
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

    /// The same in the form of a hint: no capital, no full stop.
    pub fn hint(&self) -> String {
        let what = self.what.trim_end_matches('.');
        let mut letters = what.chars();
        let first = letters.next().map(|first| first.to_ascii_lowercase());
        let what = first.into_iter().chain(letters).collect::<String>();
        match &self.command {
            Some(command) => format!("{what}; for example `{command}`"),
            None => what,
        }
    }
}

/// What the duties are decided from.
#[derive(Debug, Clone, Copy)]
pub struct Hosted<'a> {
    /// The engine.
    pub engine: Engine,
    /// The function that makes logits.
    pub step: &'a Function,
    /// The kinds of its states, in order.
    pub kinds: &'a [StateKind],
    /// Context in tokens, as the manifest declares it.
    pub context: Option<u64>,
    /// Key and value states at full context, bytes.
    pub kv_at_max_context: Option<u64>,
    /// How a command names the bundle; `None` for a bare asset, which no command takes.
    pub bundle: Option<&'a str>,
}

/// The requirements of a bundle, most urgent first.
///
/// Source: the engine's pipelined and sequential variants up to commit `86b363d`. The static-shape and the
/// vision-language engine choose query lengths, warm-up and cache sizes by themselves and leave none of these duties.
pub fn run_contract(hosted: Hosted<'_>) -> Vec<Duty> {
    if hosted.engine != Engine::Pipelined {
        return Vec::new();
    }
    let duties = [
        hosted.engine_revision(),
        hosted.chunk_one(),
        hosted.warm_up(),
        hosted.no_partial_reset(),
        hosted.reask(),
        hosted.extension_skip(),
        hosted.long_prefill_reset(),
        hosted.guided_hybrid(),
        hosted.token_limit(),
    ];
    duties.into_iter().flatten().collect()
}

impl Hosted<'_> {
    fn is_single_token(&self) -> bool {
        static_query(self.step) == Some(1)
    }

    fn is_hybrid(&self) -> bool {
        self.kinds.contains(&StateKind::Fixed)
    }

    fn duty(&self, id: &'static str, part: &str, why: &str, what: &str, needed: &str) -> Duty {
        Duty {
            id,
            subject: format!("functions.{}.{part}", self.step.name),
            why: why.to_owned(),
            what: what.to_owned(),
            needed: needed.to_owned(),
            command: None,
        }
    }

    fn engine_revision(&self) -> Option<Duty> {
        let states = self.step.states.len();
        let mut needs = Vec::new();
        if (3..=4).contains(&states) {
            needs.push(format!("carries {states} states"));
        }
        if let Some(length) = static_logits(self.step) {
            needs.push(format!(
                "sizes the logits to the graph's static length {length}"
            ));
        }
        let needs = Some(needs.join(" and ")).filter(|needs| !needs.is_empty())?;
        Some(self.duty(
            "run-engine-revision",
            "states",
            &format!(
                "the bundle needs an engine that {needs}, and no published revision of August 2026 or before does all \
                 that these bundles ask for, so a stock engine of that time refuses it or aborts"
            ),
            &format!(
                "Use an engine that {needs}; `granite-bundle preflight` tells whether a checkout does."
            ),
            &format!("an engine that {needs}"),
        ))
    }

    fn chunk_one(&self) -> Option<Duty> {
        let duty = self.duty(
            "run-chunk-one",
            "inputs",
            "the graph takes one token at a time and the engine feeds prompts in chunks of up to 512, so without \
             COREAI_CHUNK_THRESHOLD=1 the first prompt aborts the process",
            "Feed prompts one token at a time: set `COREAI_CHUNK_THRESHOLD=1` before the engine is created. An engine \
             that takes the chunk from the graph does not need it.",
            "COREAI_CHUNK_THRESHOLD=1 before the engine is created, or an engine that chunks by the graph",
        );
        let command = self.bundle.map(|bundle| {
            format!(
                "COREAI_CHUNK_THRESHOLD=1 llm-benchmark --model {}",
                quoted(bundle)
            )
        });
        self.is_single_token().then_some(Duty { command, ..duty })
    }

    fn warm_up(&self) -> Option<Duty> {
        let duty = self.duty(
            "run-warmup",
            "inputs",
            "the graph takes one token at a time and the default warm-up runs 256, so a warm-up of length 0 (the \
             default) aborts the process",
            "Warm up with length 1, or not at all: the default length 256 does not fit the static step and ends the \
             process.",
            "warm-up length 1, or none, or an engine that clamps it",
        );
        let command = self.bundle.map(|bundle| {
            let model = quoted(bundle);
            format!("COREAI_CHUNK_THRESHOLD=1 llm-runner --model {model} --warmup exact --warmup-length 1")
        });
        self.is_single_token().then_some(Duty { command, ..duty })
    }

    fn no_partial_reset(&self) -> Option<Duty> {
        let duty = self.duty(
            "run-no-partial-reset",
            "states",
            "the model has a recurrent state that cannot be rewound, and engines refuse `reset(to:)` above 0 or, where \
             they do not know the state for recurrent, corrupt it in silence",
            "Reset only to 0: a fixed state cannot be rewound to an earlier token.",
            "reset(to: 0)",
        );
        self.is_hybrid().then_some(duty)
    }

    fn reask(&self) -> Option<Duty> {
        let duty = self.duty(
            "run-reask",
            "states",
            "sending a prompt again that is already cached makes a patched 0.2.0 engine rewind its counters and not \
             the recurrent state, so the second answer is silently wrong",
            "On the 0.2.0 line, call `reset(to: 0)` before sending a prompt again; later engines replay by themselves.",
            "reset(to: 0) before the same prompt, or an engine that replays",
        );
        self.is_hybrid().then_some(duty)
    }

    fn extension_skip(&self) -> Option<Duty> {
        let duty = self.duty(
            "run-extension-skip",
            "states",
            "after a turn that ends by token limit, engines from the 0.2.0 line to August 2026 never feed the last \
             sampled token when the conversation is extended, so the next turn continues from a text with one token \
             missing",
            "Between turns, reset, or send the conversation so that the last sampled token is fed: a turn that ends \
             by token limit leaves it out.",
            "a reset, or the conversation sent again so that the last token is fed",
        );
        (!self.kinds.is_empty()).then_some(duty)
    }

    fn long_prefill_reset(&self) -> Option<Duty> {
        let duty = self.duty(
            "run-long-prefill-reset",
            "inputs",
            "a prompt is fed one token at a time, and a reset that finds the GPU busy for more than about 5 s ends \
             the process, which a prompt of some 150 tokens reaches",
            "During a long prompt, cancel and wait before resetting: a reset that waits longer than about 5 s ends \
             the process.",
            "cancel, wait, then reset",
        );
        self.is_single_token().then_some(duty)
    }

    fn guided_hybrid(&self) -> Option<Duty> {
        let duty = self.duty(
            "run-guided-hybrid",
            "states",
            &format!(
                "guided generation on the GPU, offered since August 2026, binds the key-value pair only and this \
                 model has {} states, so a guided request fails or computes garbage",
                self.kinds.len()
            ),
            "For guided generation use the variant `coreai-sequential`: the constrained GPU step binds the key and \
             value states only.",
            "the variant coreai-sequential for guided requests",
        );
        (self.kinds.len() > 2).then_some(duty)
    }

    fn token_limit(&self) -> Option<Duty> {
        let context = self.context.filter(|context| *context > FIRST_CAPACITY)?;
        let bytes = self
            .kv_at_max_context
            .map_or_else(String::new, |bytes| format!(", {bytes} bytes,"));
        let grows = self.step.states.iter().any(crate::model::Value::is_dynamic);
        grows.then(|| Duty {
            id: "run-token-limit",
            subject: "language.max_context_length".to_owned(),
            why: format!(
                "without a token limit the engine grows the caches to {context} tokens{bytes} at the start of a \
                 generation, so memory is taken that a short answer does not need"
            ),
            what: "Give a token limit: without one, the caches are grown to the full context at the start."
                .to_owned(),
            needed: "a token limit with every request".to_owned(),
            command: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::signature::tests::{function, granite, tensor};
    use super::*;

    fn contract(function: &Function, engine: Engine) -> Vec<Duty> {
        run_contract(Hosted {
            engine,
            step: function,
            kinds: &StateKind::of(&function.states),
            context: Some(4096),
            kv_at_max_context: None,
            bundle: Some("my bundle"),
        })
    }

    fn ids(function: &Function) -> Vec<&'static str> {
        let duties = contract(function, Engine::Pipelined);
        duties.iter().map(|duty| duty.id).collect()
    }

    #[test]
    fn granite_has_the_whole_contract_with_exact_commands() {
        let duties = contract(&granite(), Engine::Pipelined);
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
    fn every_duty_is_said_once_and_only_on_the_pipelined_engine() {
        let duties = contract(&granite(), Engine::Pipelined);
        let mut ids: Vec<_> = duties.iter().map(|duty| duty.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), duties.len());
        for engine in [Engine::StaticShape, Engine::VisionLanguage] {
            assert_eq!(contract(&granite(), engine), []);
        }
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

    #[test]
    fn a_cache_that_does_not_grow_needs_no_token_limit() {
        let still = [Some(4), Some(1), Some(4), Some(512), Some(64)];
        let plain = Function {
            states: vec![tensor("k_cache", &still), tensor("v_cache", &still)],
            ..function("main")
        };
        assert_eq!(ids(&plain), ["run-extension-skip"]);
    }

    #[test]
    fn two_recurrent_states_cannot_be_rewound() {
        let states = [
            tensor("recState", &[Some(3)]),
            tensor("shiftState", &[Some(2)]),
        ];
        let recurrent = Function {
            states: states.to_vec(),
            ..function("main")
        };
        assert!(ids(&recurrent).contains(&"run-no-partial-reset"));
        assert!(!ids(&recurrent).contains(&"run-token-limit"));
    }
}
