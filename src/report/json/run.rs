//! `granite-bundle/run/1`.

use serde::Serialize;

use super::Body;
use crate::generate::{Generation, Stop};

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    pub prompt_ids: &'a [u32],
    pub ids: Vec<u32>,
    pub text: Option<String>,
    pub stop: &'static str,
    pub steps: Vec<Choice<'a>>,
    pub timing: Timing,
    pub peak_bytes: Option<u64>,
}

/// One token.
#[derive(Debug, Serialize)]
pub struct Choice<'a> {
    pub position: usize,
    pub id: u32,
    pub top: &'a [(u32, f32)],
}

/// How long it took.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Timing {
    pub load_s: f64,
    pub prefill_tokens_per_s: Option<f64>,
    pub decode_tokens_per_s: Option<f64>,
}

impl Timing {
    /// The figures of a generation after a prompt of so many tokens.
    pub fn of(load_s: f64, prompt: usize, generation: &Generation) -> Timing {
        let rate = |tokens: usize, seconds: f64| {
            (tokens > 0 && seconds > 0.0).then(|| tokens as f64 / seconds)
        };
        // The first token's logits are the prompt's.
        let fed = generation.steps.len().saturating_sub(1);
        Timing {
            load_s,
            prefill_tokens_per_s: rate(prompt, generation.prefill.as_secs_f64()),
            decode_tokens_per_s: rate(fed, generation.decode.as_secs_f64()),
        }
    }

    /// The figures in a line.
    pub fn line(&self, generation: &Generation) -> String {
        let rate =
            |rate: Option<f64>| rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.1}"));
        format!(
            "{} tokens, {}; loaded in {:.1} s, prompt {} tokens/s, decode {} tokens/s",
            generation.steps.len(),
            because(generation.stop),
            self.load_s,
            rate(self.prefill_tokens_per_s),
            rate(self.decode_tokens_per_s),
        )
    }
}

fn because(stop: Stop) -> &'static str {
    match stop {
        Stop::Length => "as many as asked for",
        Stop::Eos => "ended by the model",
        Stop::Context => "the context is full",
        Stop::Caller => "stopped",
    }
}

impl Body for Document<'_> {
    const SCHEMA: &'static str = "granite-bundle/run/1";
}

impl<'a> Document<'a> {
    /// The document of a generation.
    pub fn new(
        prompt_ids: &'a [u32],
        generation: &'a Generation,
        text: Option<String>,
        timing: Timing,
        peak_bytes: Option<u64>,
    ) -> Document<'a> {
        let step = |step: &'a crate::generate::Choice| Choice {
            position: step.position,
            id: step.id,
            top: &step.top,
        };
        Document {
            prompt_ids,
            ids: generation.ids(),
            text,
            stop: match generation.stop {
                Stop::Length | Stop::Caller => "length",
                Stop::Eos => "eos",
                Stop::Context => "context",
            },
            steps: generation.steps.iter().map(step).collect(),
            timing,
            peak_bytes,
        }
    }
}
