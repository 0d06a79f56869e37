//! Text from a language model's function: ids in, logits out, the next id chosen, until there is a reason to stop.

pub mod chat;
mod decoder;
mod language_model;
mod ports;
mod sampling;
mod text;

use std::time::{Duration, Instant};

use crate::exec::ExecError;

pub use decoder::Decoder;
pub use language_model::{LanguageModel, LoadError};
pub use ports::Ports;
pub use sampling::{Sampler, Sampling, greatest, margin};
pub use text::{Stream, Text, TextError};

/// How many of the greatest logits a step records.
const TOP: usize = 5;

/// Why generation could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// The function is none that a language model has.
    #[error("`{function}` is no language model's function: {message}")]
    Signature {
        /// The function.
        function: String,
        /// What is missing or too much.
        message: String,
    },
    /// There is nothing to begin with.
    #[error("the prompt is empty; a model needs at least one token to go on from")]
    EmptyPrompt,
    /// An id beyond the vocabulary.
    #[error("id {id} is beyond the vocabulary, whose last is {last}")]
    Vocabulary {
        /// The id.
        id: u32,
        /// The last there is.
        last: u32,
    },
    /// More tokens than the context holds.
    #[error("{wanted} tokens do not fit the context of {context}")]
    Context {
        /// How many there would be.
        wanted: usize,
        /// How many there may be.
        context: usize,
    },
    /// Logits that are no numbers.
    #[error("the logits at position {position} are not numbers: weights or states hold NaN")]
    NotANumber {
        /// Position of the token that was fed.
        position: usize,
    },
    /// It was told to stop.
    #[error("interrupted")]
    Interrupted,
    /// The function could not be executed.
    #[error(transparent)]
    Exec(#[from] ExecError),
}

/// Why generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// As many tokens as were asked for.
    Length,
    /// A token that ends text.
    Eos,
    /// The context is full.
    Context,
    /// The caller wanted no more.
    Caller,
}

/// One token that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Its position in the whole sequence, from 0.
    pub position: usize,
    /// The token.
    pub id: u32,
    /// The greatest logits, greatest first.
    pub top: Vec<(u32, f32)>,
}

/// What is asked of a generation.
#[derive(Debug, Clone, Copy)]
pub struct GenerationRequest<'a> {
    /// The ids to begin with.
    pub prompt: &'a [u32],
    /// Most tokens to make.
    pub limit: usize,
    /// Tokens that end it; they are part of it.
    pub ends: &'a [u32],
}

/// What a generation made.
#[derive(Debug, Clone, PartialEq)]
pub struct Generation {
    /// One for each token made.
    pub steps: Vec<Choice>,
    /// Why there is no further one.
    pub stop: Stop,
    /// Time until the prompt's logits were there.
    pub prefill: Duration,
    /// Time for the tokens after that.
    pub decode: Duration,
}

impl Generation {
    /// The tokens made.
    pub fn ids(&self) -> Vec<u32> {
        self.steps.iter().map(|step| step.id).collect()
    }
}

/// Generates; `each` sees every token as it is chosen, and says whether to go on; `rows` sees the logits of every token
/// that is fed.
///
/// # Errors
/// An empty prompt, ids beyond the vocabulary, a prompt longer than the context, logits that are no numbers, a function
/// that cannot be executed, or a decoder told to stop while it was fed the prompt.
pub fn generate(
    decoder: &mut Decoder<'_>,
    request: GenerationRequest<'_>,
    sampler: &mut Sampler,
    mut each: impl FnMut(&Choice) -> bool,
    mut rows: impl FnMut(&[f32]),
) -> Result<Generation, GenerateError> {
    let start = Instant::now();
    let mut logits = decoder.feed(request.prompt, &mut rows)?;
    let prefill = start.elapsed();
    let start = Instant::now();
    let mut steps = Vec::new();
    let stop = loop {
        if steps.len() >= request.limit {
            break Stop::Length;
        }
        let position = decoder.fed();
        if logits.iter().any(|logit| logit.is_nan()) {
            return Err(GenerateError::NotANumber {
                position: position - 1,
            });
        }
        let step = Choice {
            position,
            id: sampler.choose(&logits),
            top: greatest(&logits, TOP),
        };
        let id = step.id;
        let goes_on = each(&step);
        steps.push(step);
        if request.ends.contains(&id) {
            break Stop::Eos;
        }
        if !goes_on {
            break Stop::Caller;
        }
        if decoder.room() == 0 {
            break Stop::Context;
        }
        if steps.len() < request.limit {
            logits = match decoder.feed(&[id], &mut rows) {
                // What was made until then is worth keeping.
                Err(GenerateError::Interrupted) => break Stop::Caller,
                fed => fed?,
            };
        }
    };
    Ok(Generation {
        steps,
        stop,
        prefill,
        decode: start.elapsed(),
    })
}
