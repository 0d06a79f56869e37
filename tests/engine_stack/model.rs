//! The pipelined engine's step loop, as its Swift text decides it, without a GPU.
//!
//! Key/value memory is a list of tokens by position; the recurrent state is a hash chain of every
//! token fed since the last zeroing, which no counter can rewind. Each decision below follows the
//! control flow of `CoreAIPipelinedEngine.swift` at the era named, stock or with the built-in patch.

/// A token id.
pub(crate) type Token = u32;

/// In-flight stages; decode reads the token the previous stage's sampler wrote.
const PIPELINE_DEPTH: usize = 3;

/// `static let staticPrefillBurst` of the patches.
const STATIC_PREFILL_BURST: usize = 16;

/// What the file's text does where the eras and the patches differ.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    /// Sizes, chunks and warm-up follow a static graph's own length (H1 to H3, L2 to L4).
    pub(crate) follows_static_length: bool,
    /// Recurrent state is never rewound: full reset, partial reset refused (native since E2; L5).
    pub(crate) guards_recurrence: bool,
    /// New tokens are those not encoded, rather than those not sampled (H5, L6).
    pub(crate) resolves_from_encoded: bool,
    /// Prefill of a static graph waits for the GPU now and then and can be cancelled (H6, L8).
    pub(crate) cancels_in_prefill: bool,
    /// The producer stops when its consumer leaves (since `04a3fd6`).
    pub(crate) stops_with_consumer: bool,
    /// Guided generation, where the era has it on the GPU.
    pub(crate) guided: Option<Guided>,
}

/// The constrained step of E3.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guided {
    /// Binds every state, chunks forced tokens and keeps to the limits (H4).
    pub(crate) is_whole: bool,
}

/// What the asset's graph is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Graph {
    /// Query and logits are exported for one token.
    pub(crate) is_static: bool,
    /// There is a recurrent state beside the KV pair.
    pub(crate) is_hybrid: bool,
}

/// Ways to go wrong that the caller is not told of, or that end the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Failure {
    /// A shape the graph does not have: the process aborts.
    Abort,
    /// A token of the conversation never reached the key/value memory.
    LostToken,
    /// The recurrent state is not that of the tokens before it.
    CorruptState,
    /// A step ran without the recurrent state bound.
    UnboundState,
    /// Buffers sized for the context were read beyond it.
    Overrun,
}

/// An error the engine throws, and so the caller can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thrown {
    ContextLengthExceeded,
    PartialResetRefused,
    Cancelled,
}

/// How a call ends when it does not return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Failed(Failure),
    Threw(Thrown),
}

/// How the consumer and the GPU happen to be timed during one generation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    /// Tokens the consumer takes before it leaves.
    pub(crate) consumer_takes: usize,
    /// Steps the producer is ahead when it notices.
    pub(crate) producer_lead: usize,
    /// How many of these still reach the history.
    pub(crate) recorded_lead: usize,
    /// The task is cancelled while the prompt is fed.
    pub(crate) is_cancelled_in_prefill: bool,
}

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
        let mut common = common_prefix(input, &self.history);
        let is_divergence = common < input.len() && common < self.history.len();
        if self.text.resolves_from_encoded && !is_divergence && common > self.processed {
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
        self.run_completion(new_tokens, limit, timing)
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
        let prefill = self.chunked(prompt, timing.is_cancelled_in_prefill)?;
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
    fn chunked<'a>(
        &mut self,
        prompt: &'a [Token],
        is_cancelled: bool,
    ) -> Result<&'a [Token], Stop> {
        let threshold = self.threshold();
        if prompt.len() <= threshold {
            return Ok(prompt);
        }
        let chunk = threshold.min(512);
        let mut remaining = prompt;
        while remaining.len() > chunk {
            let may_stop = self.text.cancels_in_prefill && self.graph.is_static;
            if may_stop && self.step.is_multiple_of(STATIC_PREFILL_BURST) && is_cancelled {
                return Err(Stop::Threw(Thrown::Cancelled));
            }
            let (now, later) = remaining.split_at(chunk);
            self.feed(now)?;
            self.step += 1;
            remaining = later;
        }
        Ok(remaining)
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
            _ if self.graph.is_static && self.text.follows_static_length => vec![1],
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

    /// `generateConstrained`, where `forced(n)` are the tokens the grammar forces after `n` others.
    pub(crate) fn generate_guided(
        &mut self,
        input: &[Token],
        limit: usize,
        forced: impl Fn(usize) -> Vec<Token>,
    ) -> Result<Vec<Option<Token>>, Stop> {
        let is_whole = self.text.guided.is_some_and(|guided| guided.is_whole);
        self.reset_counters_and_states();
        self.history.clear();
        let mut limit = limit;
        if is_whole {
            if input.len() + 1 > self.context {
                return Err(Stop::Threw(Thrown::ContextLengthExceeded));
            }
            limit = limit.min(self.context - input.len());
        }
        let prefill = self.chunked(input, false)?;
        let mut last = self.encode_guided(prefill)?;
        // A sampled token is `Some`, a forced one `None`: the grammar, not the model, chose it.
        let mut produced = vec![Some(last)];
        while produced.len() < limit {
            let jump = forced(produced.len());
            let fits = !is_whole || jump.len() < limit - produced.len();
            if !jump.is_empty() && fits {
                let mut tokens = vec![last];
                tokens.extend(&jump);
                let rest = if is_whole {
                    self.chunked(&tokens, false)?.to_owned()
                } else {
                    tokens
                };
                last = self.encode_guided(&rest)?;
                produced.extend(jump.iter().map(|_| None));
            } else {
                last = self.encode_guided(&[])?;
            }
            produced.push(Some(last));
        }
        Ok(produced)
    }

    /// `_encodeStepForConstrainedGeneration`.
    fn encode_guided(&mut self, tokens: &[Token]) -> Result<Token, Stop> {
        let previous = [self.guided_output];
        let tokens = if tokens.is_empty() { &previous } else { tokens };
        if !self.text.guided.is_some_and(|guided| guided.is_whole) {
            if self.graph.is_hybrid {
                return Err(Stop::Failed(Failure::UnboundState));
            }
            self.feed_positions(tokens)?;
        } else {
            self.feed(tokens)?;
        }
        self.step += 1;
        self.guided_output = self.sample();
        Ok(self.guided_output)
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
