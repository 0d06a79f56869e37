//! Random conversations with the modelled engine, each until its first failure.

use std::collections::BTreeMap;

use granite_bundle_testkit::turn::tries_every_case;

use super::model::{Engine, Failure, Graph, Incident, Stop, Thrown, Timing, Token, chain, choose};
use super::text::Text;

/// Conversations held with every patched text, over 100,000 in all; a third of them outside CI.
pub(crate) fn conversations() -> usize {
    if tries_every_case() { 36_000 } else { 12_000 }
}

/// Tokens; small, so that conversations meet the end of the context too.
pub(crate) const CONTEXT: usize = 48;

pub(crate) const GRANITE: Graph = Graph {
    is_static: true,
    is_hybrid: true,
};

pub(crate) const DYNAMIC_HYBRID: Graph = Graph {
    is_static: false,
    is_hybrid: true,
};

pub(crate) const TRANSFORMER: Graph = Graph {
    is_static: false,
    is_hybrid: false,
};

pub(crate) const STATIC_TRANSFORMER: Graph = Graph {
    is_static: true,
    is_hybrid: false,
};

/// `SplitMix64`; a fixed seed gives the same conversations everywhere.
pub(crate) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform enough in `0..bound`; 0 for an empty range.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % bound.max(1)
    }

    /// What else happens in a call, once in a while.
    fn incident(&mut self) -> Option<Incident> {
        match self.below(8) {
            0 => Some(Incident::ConsumerLeaves(self.below(6))),
            1 => Some(Incident::EncodeThrows {
                after: self.below(12),
                in_flight: self.below(4),
            }),
            2 => Some(Incident::TaskEndsFirst),
            _ => None,
        }
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn tokens(&mut self, most: usize) -> Vec<Token> {
        let count = 1 + self.below(most);
        (0..count)
            .map(|_| Token::try_from(self.below(7)).unwrap())
            .collect()
    }

    fn timing(&mut self, limit: usize) -> Timing {
        let leaves_early = self.one_in(3);
        Timing {
            consumer_takes: if leaves_early {
                1 + self.below(limit)
            } else {
                limit
            },
            producer_lead: self.below(4),
            recorded_lead: self.below(2),
            is_cancelled_in_prefill: self.one_in(12),
            incident: None,
        }
    }
}

/// What a survey did, so that a clean one is known to have tried.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) failures: BTreeMap<Failure, usize>,
    pub(crate) turns: usize,
    pub(crate) cached_only: usize,
    pub(crate) cut_back: usize,
    pub(crate) guided: usize,
    pub(crate) warm_ups: usize,
    pub(crate) thrown: BTreeMap<&'static str, usize>,
}

/// One caller talking to one engine until something breaks.
pub(crate) struct Conversation<'a> {
    engine: Engine,
    text: Text,
    /// All the caller knows: what it sent and what it was given.
    transcript: Vec<Token>,
    random: &'a mut Random,
    tally: &'a mut Tally,
    /// Whether consumers leave in prefill, encodes throw and tasks end before they are stored.
    has_incidents: bool,
}

impl Conversation<'_> {
    fn turn(&mut self) -> Result<(), Failure> {
        match self.random.below(16) {
            0 => self.warm_up(),
            1 | 2 => self.reset(),
            3 | 4 if self.text.guided.is_some() => self.guided_turn(),
            _ => self.plain_turn(),
        }?;
        if self.engine.is_coherent() {
            Ok(())
        } else {
            Err(Failure::CorruptState)
        }
    }

    fn warm_up(&mut self) -> Result<(), Failure> {
        self.tally.warm_ups += 1;
        let length = self.random.below(3);
        self.engine.warm_up(length)
    }

    fn reset(&mut self) -> Result<(), Failure> {
        let position = self.random.below(self.engine.processed() + 1);
        if let Err(thrown) = self.engine.reset_to(position) {
            self.note(thrown);
        } else {
            self.transcript.truncate(position);
        }
        Ok(())
    }

    /// The next input: extended, asked again as it is, cut back, or cut back and told otherwise.
    fn input(&mut self) -> Vec<Token> {
        let mut input = self.transcript.clone();
        match self.random.below(8) {
            0 | 1 if !input.is_empty() => self.tally.cached_only += 1,
            2 if !input.is_empty() => {
                self.tally.cut_back += 1;
                input.truncate(1 + self.random.below(input.len()));
            }
            3 => {
                input.truncate(self.random.below(input.len()));
                input.extend(self.random.tokens(5));
            }
            4 => input = self.random.tokens(30),
            _ => input.extend(self.random.tokens(6)),
        }
        input
    }

    fn incident(&mut self) -> Option<Incident> {
        self.has_incidents.then(|| self.random.incident()).flatten()
    }

    fn plain_turn(&mut self) -> Result<(), Failure> {
        let input = self.input();
        let limit = 1 + self.random.below(8);
        let mut timing = self.random.timing(limit);
        timing.incident = self.incident();
        self.tally.turns += 1;
        match self.engine.generate(&input, limit, timing) {
            Ok(sampled) => {
                let chosen = sampled.iter().copied().map(Some).collect::<Vec<_>>();
                let sequence = self.check(&input, &sampled, &chosen)?;
                let seen = input.len() + sampled.len().min(timing.consumer_takes);
                self.transcript = sequence[..seen].to_vec();
                Ok(())
            }
            Err(stop) => self.stopped(stop, input),
        }
    }

    fn guided_turn(&mut self) -> Result<(), Failure> {
        let input = self.input();
        let limit = 1 + self.random.below(12);
        let salt = self.random.below(5);
        let forced = |produced: usize| match (produced + salt) % 3 {
            0 => (0..=u32::try_from(salt).unwrap()).collect(),
            _ => Vec::new(),
        };
        self.tally.guided += 1;
        let incident = self.incident();
        match self.engine.generate_guided(&input, limit, incident, forced) {
            Ok(produced) => {
                let whole = self.text.guided.is_some_and(|guided| guided.is_whole);
                assert!(
                    !whole || produced.len() <= limit,
                    "guided output overran its limit"
                );
                let tokens = fill_forced(&produced, forced);
                self.transcript = self.check(&input, &tokens, &produced)?;
                Ok(())
            }
            Err(stop) => self.stopped(stop, input),
        }
    }

    /// A generation equals a replay from scratch: the same tokens fed, each sampled one the same.
    fn check(
        &self,
        input: &[Token],
        tokens: &[Token],
        chosen: &[Option<Token>],
    ) -> Result<Vec<Token>, Failure> {
        let sequence = [input, tokens].concat();
        let guided = self.text.guided.filter(|guided| guided.emits_accepted);
        // A limit met by forced tokens leaves none sampled: all that was emitted is fed then.
        let last_is_fed = guided.is_some() && self.engine.fed().len() == sequence.len();
        if self.engine.fed() != &sequence[..sequence.len() - usize::from(!last_is_fed)] {
            return Err(Failure::LostToken);
        }
        if !self.engine.is_coherent() {
            return Err(Failure::CorruptState);
        }
        for (index, token) in chosen.iter().enumerate() {
            let attended = chain(&sequence[..input.len() + index]);
            let recurrent = if self.engine.is_hybrid() { attended } else { 0 };
            if token.is_some_and(|token| token != choose(attended, recurrent)) {
                return Err(Failure::CorruptState);
            }
        }
        Ok(sequence)
    }

    fn stopped(&mut self, stop: Stop, input: Vec<Token>) -> Result<(), Failure> {
        match stop {
            Stop::Failed(failure) => Err(failure),
            Stop::Threw(thrown) => {
                self.note(thrown);
                // The caller shortens what did not fit, and tries again what was cancelled.
                self.transcript = input;
                self.transcript.truncate(CONTEXT / 2);
                Ok(())
            }
        }
    }

    fn note(&mut self, thrown: Thrown) {
        let name = match thrown {
            Thrown::ContextLengthExceeded => "context",
            Thrown::PartialResetRefused => "partial reset",
            Thrown::Cancelled => "cancelled",
            Thrown::EncodeRefused => "encode",
        };
        *self.tally.thrown.entry(name).or_default() += 1;
    }
}

/// The forced tokens put back where the engine reports that the grammar chose.
pub(crate) fn fill_forced(
    produced: &[Option<Token>],
    forced: impl Fn(usize) -> Vec<Token>,
) -> Vec<Token> {
    let mut tokens = Vec::new();
    while let Some(token) = produced.get(tokens.len()) {
        match token {
            Some(token) => tokens.push(*token),
            None => tokens.extend(forced(tokens.len())),
        }
    }
    tokens
}

/// Holds random conversations, each until its first failure, and counts what happened.
pub(crate) fn survey(text: Text, graphs: &[Graph], conversations: usize) -> Tally {
    survey_of(text, graphs, conversations, false)
}

/// The same, with what goes wrong in the middle of a call where asked for.
pub(crate) fn survey_of(
    text: Text,
    graphs: &[Graph],
    conversations: usize,
    has_incidents: bool,
) -> Tally {
    let mut random = Random(0x6772_616E_6974_6521);
    let mut tally = Tally::default();
    for number in 0..conversations {
        let graph = graphs[number % graphs.len()];
        let threshold = [1, 4, 1024][random.below(3)];
        let held = hold(
            text,
            graph,
            threshold,
            &mut random,
            &mut tally,
            has_incidents,
        );
        if let Err(failure) = held {
            *tally.failures.entry(failure).or_default() += 1;
        }
    }
    tally
}

fn hold(
    text: Text,
    graph: Graph,
    threshold: usize,
    random: &mut Random,
    tally: &mut Tally,
    has_incidents: bool,
) -> Result<(), Failure> {
    let engine = Engine::create(text, graph, CONTEXT, threshold)?;
    let turns = 2 + random.below(7);
    let mut conversation = Conversation {
        engine,
        text,
        transcript: Vec::new(),
        random,
        tally,
        has_incidents,
    };
    (0..turns).try_for_each(|_| conversation.turn())
}

pub(crate) fn kinds(tally: &Tally) -> Vec<Failure> {
    tally.failures.keys().copied().collect()
}

pub(crate) const ALL_GRAPHS: [Graph; 4] =
    [GRANITE, DYNAMIC_HYBRID, TRANSFORMER, STATIC_TRANSFORMER];
