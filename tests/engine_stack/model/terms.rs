//! What goes into a call of the modelled engine and what comes out.

/// A token id.
pub(crate) type Token = u32;

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
    /// More encodes were in flight than the engine's own depth.
    TooManyInFlight,
    /// A prefill ran to its end though its consumer had left or a new turn had begun.
    Unstoppable,
    /// Every slot of the gate is lost: the next step waits for ever.
    Stalled,
    /// Guided generation refuses every call since one of them threw.
    GuidedOff,
}

/// An error the engine throws, and so the caller can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thrown {
    ContextLengthExceeded,
    PartialResetRefused,
    Cancelled,
    EncodeRefused,
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
    /// What goes wrong besides.
    pub(crate) incident: Option<Incident>,
}

/// What a caller or the runtime does in the middle of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Incident {
    /// The consumer leaves, or a new turn begins, once so many chunks of the prompt are encoded; nobody calls `cancel()`.
    ConsumerLeaves(usize),
    /// The runtime refuses the encode after so many others; so many of these are still in flight when the call ends.
    EncodeThrows { after: usize, in_flight: usize },
    /// A task that throws at once ends before its caller has stored it.
    TaskEndsFirst,
}

impl Timing {
    /// A guided call's: its consumer takes everything, and each token is awaited.
    pub(super) fn guided(incident: Option<Incident>) -> Timing {
        Timing {
            consumer_takes: usize::MAX,
            producer_lead: 0,
            recorded_lead: 0,
            is_cancelled_in_prefill: false,
            incident,
        }
    }
}
