//! The pipelined engine's step loop, as its Swift text decides it, without a GPU.
//!
//! Key/value memory is a list of tokens by position; the recurrent state is a hash chain of every
//! token fed since the last zeroing, which no counter can rewind. Each decision below follows the
//! control flow of `CoreAIPipelinedEngine.swift` at the era named, stock or with the built-in patch.

mod guided;
mod terms;

pub(crate) use terms::{Failure, Graph, Incident, Stop, Thrown, Timing, Token};

use super::text::{Prefill, Text};

/// In-flight stages; decode reads the token the previous stage's sampler wrote.
const PIPELINE_DEPTH: usize = 3;

/// One engine instance.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    text: Text,
    graph: Graph,
    context: usize,
    configured_threshold: usize,
    history: Vec<Token>,
    processed: usize,
    step: usize,
    kv: Vec<Token>,
    recurrent: u64,
    decode_outputs: [Token; PIPELINE_DEPTH],
    guided_output: Token,
    /// Encodes left until the runtime refuses one.
    encodes_left: Option<usize>,
    /// Slots of the gate that no completion will give back.
    lost_slots: usize,
    /// Encodes since prefill last waited, the most of them a turn had.
    in_flight: usize,
    /// The last tokens encoded that the GPU may not have come to.
    unsettled: Vec<Token>,
    /// A finished task is still stored as the one in flight.
    is_stuck: bool,
}

impl Engine {
    /// `EngineImpl.init`: resolves the logits buffer, which a static graph has no other size for.
    pub(crate) fn create(
        text: Text,
        graph: Graph,
        context: usize,
        configured_threshold: usize,
    ) -> Result<Engine, Failure> {
        if graph.is_static && !text.follows_static_length {
            return Err(Failure::Abort);
        }
        Ok(Engine {
            text,
            graph,
            context,
            configured_threshold,
            history: Vec::new(),
            processed: 0,
            step: 0,
            kv: vec![0; context],
            recurrent: 0,
            decode_outputs: [0; PIPELINE_DEPTH],
            guided_output: 0,
            encodes_left: None,
            lost_slots: 0,
            in_flight: 0,
            unsettled: Vec::new(),
            is_stuck: false,
        })
    }

    /// `processedTokenCount`.
    pub(crate) fn processed(&self) -> usize {
        self.processed
    }

    /// The tokens in the key/value memory.
    pub(crate) fn fed(&self) -> &[Token] {
        &self.kv[..self.processed]
    }

    /// Whether the graph has a recurrent state.
    pub(crate) fn is_hybrid(&self) -> bool {
        self.graph.is_hybrid
    }

    /// Whether the recurrent state is the one a replay of the fed tokens has.
    pub(crate) fn is_coherent(&self) -> bool {
        !self.graph.is_hybrid || self.recurrent == chain(self.fed())
    }

    /// `generate`, to its end: every token sampled, also those the consumer did not wait for.
    pub(crate) fn generate(
        &mut self,
        input: &[Token],
        limit: usize,
        timing: Timing,
    ) -> Result<Vec<Token>, Stop> {
        self.begin(timing.incident);
        // `generate` waits for the stream before it resets, and runs on after what is in flight otherwise.
        self.unsettled.clear();
        let mut common = common_prefix(input, &self.history);
        let is_divergence = common < input.len() && common < self.history.len();
        if self.text.resolves_from_encoded && common > self.processed {
            common = self.processed;
            self.history.truncate(common);
        }
        if common == input.len() && common > 0 {
            common -= 1;
        }
        let is_rewind = common < self.processed;
        let can_rewind = !(self.graph.is_hybrid && self.text.guards_recurrence);
        if is_divergence || (is_rewind && !can_rewind) {
            self.reset_counters_and_states();
            self.history.clear();
            common = 0;
        } else if is_rewind {
            self.rewind(common);
        }
        let new_tokens = &input[common..];
        self.history.extend_from_slice(new_tokens);
        let outcome = self.run_completion(new_tokens, limit, timing);
        self.end(timing.incident, new_tokens);
        outcome
    }

    fn begin(&mut self, incident: Option<Incident>) {
        self.encodes_left = match incident {
            Some(Incident::EncodeThrows { after, .. }) => Some(after),
            _ => None,
        };
    }

    /// What of a call that threw the GPU is still busy with.
    fn end(&mut self, incident: Option<Incident>, fed: &[Token]) {
        let threw = self.encodes_left.take() == Some(0);
        if let Some(Incident::EncodeThrows { after, in_flight }) = incident.filter(|_| threw) {
            let encoded = fed.len().min(after);
            let unsettled = encoded.saturating_sub(in_flight);
            self.unsettled = fed[unsettled..encoded].to_vec();
        }
    }

    /// Whether the runtime takes the next encode.
    fn is_refused(&mut self) -> bool {
        let refused = self.encodes_left == Some(0);
        self.encodes_left = self.encodes_left.map(|left| left.saturating_sub(1));
        refused
    }

    fn run_completion(
        &mut self,
        prompt: &[Token],
        limit: usize,
        timing: Timing,
    ) -> Result<Vec<Token>, Stop> {
        let taken = self.processed + prompt.len();
        if taken + 1 > self.context {
            return Err(Stop::Threw(Thrown::ContextLengthExceeded));
        }
        let limit = limit.min(self.context - taken);
        let prefill = self.chunked(prompt, timing)?;
        let mut sampled = vec![self.encode_next(prefill)?];
        let (steps, recorded) = self.reach(limit, timing);
        while sampled.len() < steps {
            sampled.push(self.encode_next(&[])?);
        }
        self.history.extend_from_slice(&sampled[..recorded]);
        Ok(sampled)
    }

    /// Steps sampled, and how many of their tokens reach the history.
    fn reach(&self, limit: usize, timing: Timing) -> (usize, usize) {
        if !self.text.stops_with_consumer || timing.consumer_takes >= limit {
            return (limit, limit);
        }
        let steps = limit.min(timing.consumer_takes + timing.producer_lead);
        let recorded = steps.min(timing.consumer_takes + timing.recorded_lead);
        (steps, recorded)
    }

    /// `processChunkedInput` where the prompt is over the threshold; the rest is for the caller.
    fn chunked<'a>(&mut self, prompt: &'a [Token], timing: Timing) -> Result<&'a [Token], Stop> {
        let threshold = self.threshold();
        if prompt.len() <= threshold {
            return Ok(prompt);
        }
        let chunk = threshold.min(512);
        let mut remaining = prompt;
        let mut chunks = 0;
        self.in_flight = 0;
        while remaining.len() > chunk {
            let has_left =
                matches!(timing.incident, Some(Incident::ConsumerLeaves(at)) if chunks >= at);
            match self.text.prefill {
                Prefill::Gated if has_left || timing.is_cancelled_in_prefill => {
                    return Err(Stop::Threw(Thrown::Cancelled));
                }
                Prefill::Gated => self.in_flight = self.in_flight.min(PIPELINE_DEPTH - 1),
                Prefill::Burst(burst)
                    if self.graph.is_static && self.step.is_multiple_of(burst) =>
                {
                    if timing.is_cancelled_in_prefill {
                        return Err(Stop::Threw(Thrown::Cancelled));
                    }
                    self.in_flight = 0;
                }
                Prefill::Burst(_) | Prefill::Unbounded => {}
            }
            let (now, later) = remaining.split_at(chunk);
            if self.is_refused() {
                return Err(Stop::Threw(Thrown::EncodeRefused));
            }
            self.feed(now)?;
            self.in_flight += 1;
            if timing.incident.is_some() && self.in_flight > PIPELINE_DEPTH {
                return Err(Stop::Failed(Failure::TooManyInFlight));
            }
            self.step += 1;
            chunks += 1;
            remaining = later;
        }
        match timing.incident {
            Some(Incident::ConsumerLeaves(at)) if chunks > at + PIPELINE_DEPTH => {
                Err(Stop::Failed(Failure::Unstoppable))
            }
            _ => Ok(remaining),
        }
    }

    fn threshold(&self) -> usize {
        if self.graph.is_static && self.text.follows_static_length {
            1
        } else {
            self.configured_threshold
        }
    }

    /// `_encodeNextStepGPU`: feeds the tokens, or the previous stage's output, and samples.
    fn encode_next(&mut self, tokens: &[Token]) -> Result<Token, Stop> {
        let previous = [self.decode_outputs[(self.step + PIPELINE_DEPTH - 1) % PIPELINE_DEPTH]];
        let tokens = if tokens.is_empty() { &previous } else { tokens };
        if self.lost_slots >= PIPELINE_DEPTH {
            return Err(Stop::Failed(Failure::Stalled));
        }
        if self.is_refused() {
            if !self.text.counts_what_was_encoded {
                self.processed += tokens.len();
                self.step += 1;
                self.lost_slots += 1;
            }
            return Err(Stop::Threw(Thrown::EncodeRefused));
        }
        self.feed(tokens)?;
        let sampled = self.sample();
        self.decode_outputs[self.step % PIPELINE_DEPTH] = sampled;
        self.step += 1;
        Ok(sampled)
    }

    /// One inference with every state bound.
    fn feed(&mut self, tokens: &[Token]) -> Result<(), Stop> {
        self.feed_positions(tokens)?;
        self.recurrent = tokens
            .iter()
            .fold(self.recurrent, |state, token| mix(state, *token));
        Ok(())
    }

    fn feed_positions(&mut self, tokens: &[Token]) -> Result<(), Stop> {
        if self.graph.is_static && tokens.len() != 1 {
            return Err(Stop::Failed(Failure::Abort));
        }
        let end = self.processed + tokens.len();
        let Some(slots) = self.kv.get_mut(self.processed..end) else {
            return Err(Stop::Failed(Failure::Overrun));
        };
        slots.copy_from_slice(tokens);
        self.processed = end;
        Ok(())
    }

    fn sample(&self) -> Token {
        let recurrent = if self.graph.is_hybrid {
            self.recurrent
        } else {
            0
        };
        choose(chain(self.fed()), recurrent)
    }

    /// `reset(to:)`.
    pub(crate) fn reset_to(&mut self, position: usize) -> Result<(), Thrown> {
        if position == 0 {
            self.reset_counters_and_states();
            self.history.clear();
        } else if self.graph.is_hybrid && self.text.guards_recurrence {
            return Err(Thrown::PartialResetRefused);
        } else {
            self.rewind(position);
        }
        Ok(())
    }

    fn rewind(&mut self, position: usize) {
        self.processed = position;
        self.step = position;
        self.history.truncate(position);
    }

    fn reset_counters_and_states(&mut self) {
        self.processed = 0;
        self.step = 0;
        self.recurrent = 0;
    }

    /// `performWarmup`: encodes dummy tokens and resets the engine, though not the history.
    pub(crate) fn warm_up(&mut self, length: usize) -> Result<(), Failure> {
        let lengths = match length {
            _ if self.graph.is_static && self.text.warms_up_at_static_length => vec![1],
            0 => vec![1, self.context.min(256)],
            length => vec![length],
        };
        for length in lengths {
            if self.graph.is_static && length != 1 {
                return Err(Failure::Abort);
            }
            let room = self.kv.len().min(self.processed + length);
            self.kv[self.processed..room].fill(1);
            self.recurrent = mix(self.recurrent, 1);
            self.step += 1;
        }
        self.reset_counters_and_states();
        Ok(())
    }
}

fn common_prefix(left: &[Token], right: &[Token]) -> usize {
    left.iter().zip(right).take_while(|(a, b)| a == b).count()
}

/// The recurrent state after these tokens, from zero.
pub(crate) fn chain(tokens: &[Token]) -> u64 {
    tokens.iter().fold(0, |state, token| mix(state, *token))
}

fn mix(state: u64, token: Token) -> u64 {
    (state ^ u64::from(token).wrapping_add(1))
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .rotate_left(23)
}

/// The token a graph picks from its memories; a small vocabulary, so that tokens repeat.
pub(crate) fn choose(attended: u64, recurrent: u64) -> Token {
    let mixed = (attended ^ recurrent.rotate_left(17)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    Token::try_from(mixed >> 32).map_or(0, |high| high % 7)
}
