//! Random conversations with the modelled engine: what stock loses, the patched text never does.

use std::collections::BTreeMap;

use granite_bundle_testkit::turn::tries_every_case;

use super::model::{Engine, Failure, Graph, Incident, Stop, Thrown, Timing, Token};
use super::model::{chain, choose};
use super::text::{E1_ADMITTING_ONLY, E1_PATCHED, E1_STOCK, E1_TAG_PATCHED, Text};
use super::text::{E2_PATCHED, E2_STOCK, E3_PATCHED, E3_STOCK, E4C_PATCHED};

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

const DYNAMIC_HYBRID: Graph = Graph {
    is_static: false,
    is_hybrid: true,
};

pub(crate) const TRANSFORMER: Graph = Graph {
    is_static: false,
    is_hybrid: false,
};

const STATIC_TRANSFORMER: Graph = Graph {
    is_static: true,
    is_hybrid: false,
};

/// `SplitMix64`; a fixed seed gives the same conversations everywhere.
struct Random(u64);

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
    turns: usize,
    cached_only: usize,
    cut_back: usize,
    guided: usize,
    warm_ups: usize,
    pub(crate) thrown: BTreeMap<&'static str, usize>,
}

/// One caller talking to one engine until something breaks.
struct Conversation<'a> {
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
fn fill_forced(produced: &[Option<Token>], forced: impl Fn(usize) -> Vec<Token>) -> Vec<Token> {
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
fn survey(text: Text, graphs: &[Graph], conversations: usize) -> Tally {
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

fn assert_never_fails(text: Text, conversations: usize) {
    let tally = survey(text, &ALL_GRAPHS, conversations);
    assert!(tally.failures.is_empty(), "{tally:?}");
    for count in [
        tally.turns,
        tally.cached_only,
        tally.cut_back,
        tally.warm_ups,
    ] {
        assert!(
            count > conversations / 10,
            "the conversations are too tame: {tally:?}"
        );
    }
    assert!(text.guided.is_none() || tally.guided > conversations / 10);
    assert_eq!(
        tally.thrown.len(),
        3,
        "not every refusal was met: {tally:?}"
    );
}

#[test]
fn the_patched_0_2_0_line_equals_a_replay_from_scratch() {
    assert_never_fails(E1_PATCHED, conversations());
}

#[test]
fn the_patched_tag_equals_a_replay_from_scratch() {
    assert_never_fails(E1_TAG_PATCHED, conversations() / 4);
}

#[test]
fn the_patched_two_to_four_state_engine_equals_a_replay_from_scratch() {
    assert_never_fails(E2_PATCHED, conversations());
}

#[test]
fn the_patched_engine_with_guided_generation_equals_a_replay_from_scratch() {
    assert_never_fails(E3_PATCHED, conversations());
}

#[test]
fn the_patched_engine_that_follows_the_graph_by_itself_equals_a_replay_from_scratch() {
    assert_never_fails(E4C_PATCHED, conversations());
}

#[test]
fn stock_loses_the_last_token_of_a_reply_in_every_era() {
    for text in [E1_STOCK, E2_STOCK] {
        assert_eq!(
            kinds(&survey(text, &[TRANSFORMER], 2_000)),
            [Failure::LostToken]
        );
    }
}

#[test]
fn admitting_states_without_a_guard_corrupts_them() {
    let tally = survey(E1_ADMITTING_ONLY, &[GRANITE], 2_000);
    assert_eq!(kinds(&tally), [Failure::LostToken, Failure::CorruptState]);
}

#[test]
fn stock_guards_hybrids_since_e2_yet_loses_tokens() {
    assert_eq!(
        kinds(&survey(E2_STOCK, &[DYNAMIC_HYBRID], 2_000)),
        [Failure::LostToken]
    );
}

#[test]
fn stock_guided_generation_leaves_a_state_unbound_or_runs_past_the_context() {
    let hybrid = survey(E3_STOCK, &[DYNAMIC_HYBRID], 2_000);
    assert_eq!(kinds(&hybrid), [Failure::LostToken, Failure::UnboundState]);
    let transformer = survey(E3_STOCK, &[TRANSFORMER], 2_000);
    assert_eq!(kinds(&transformer), [Failure::LostToken, Failure::Overrun]);
}

#[test]
fn stock_aborts_on_a_static_graph_before_it_says_anything() {
    for text in [E1_STOCK, E2_STOCK, E3_STOCK] {
        let created = Engine::create(text, GRANITE, CONTEXT, 1);
        assert_eq!(created.err(), Some(Failure::Abort));
    }
}

pub(crate) const TO_THE_LIMIT: Timing = Timing {
    consumer_takes: usize::MAX,
    producer_lead: 0,
    recorded_lead: 0,
    is_cancelled_in_prefill: false,
    incident: None,
};

/// A first turn to its token limit, then whatever `next` makes of the transcript.
fn two_turns(text: Text, graph: Graph, next: impl Fn(&mut Vec<Token>)) -> (Engine, Vec<Token>) {
    let mut engine = Engine::create(text, graph, CONTEXT, 1024).unwrap();
    let mut transcript = vec![1, 2, 3, 4];
    let reply = engine.generate(&transcript, 4, TO_THE_LIMIT).unwrap();
    transcript.extend(reply);
    next(&mut transcript);
    let reply = engine.generate(&transcript, 2, TO_THE_LIMIT).unwrap();
    transcript.extend(reply);
    (engine, transcript)
}

#[test]
fn an_extended_conversation_skips_one_token_in_stock_and_none_when_patched() {
    let extend = |transcript: &mut Vec<Token>| transcript.extend([5, 6]);
    let (stock, transcript) = two_turns(E2_STOCK, DYNAMIC_HYBRID, extend);
    // Four of the prompt, four of the reply, two more, one of the second reply: the eighth is missing.
    assert_eq!(stock.fed(), [&transcript[..7], &transcript[8..11]].concat());
    let (patched, transcript) = two_turns(E2_PATCHED, DYNAMIC_HYBRID, extend);
    assert_eq!(patched.fed(), &transcript[..11]);
}

#[test]
fn asking_again_corrupts_the_state_without_a_guard_and_replays_when_patched() {
    let ask_again = |transcript: &mut Vec<Token>| transcript.truncate(4);
    let (admitting, transcript) = two_turns(E1_ADMITTING_ONLY, GRANITE, ask_again);
    assert_eq!(
        admitting.fed(),
        &transcript[..5],
        "the key/value memory looks right"
    );
    assert!(!admitting.is_coherent(), "and the recurrent state is not");
    let (patched, transcript) = two_turns(E1_PATCHED, GRANITE, ask_again);
    assert_eq!(patched.fed(), &transcript[..5]);
    assert!(patched.is_coherent());
}

#[test]
fn a_warm_up_between_turns_forgets_the_conversation_in_stock_alone() {
    for (text, is_whole) in [(E2_STOCK, false), (E2_PATCHED, true)] {
        let mut engine = Engine::create(text, DYNAMIC_HYBRID, CONTEXT, 1024).unwrap();
        engine.generate(&[1, 2, 3], 1, TO_THE_LIMIT).unwrap();
        engine.warm_up(1).unwrap();
        engine.generate(&[1, 2, 3], 1, TO_THE_LIMIT).unwrap();
        assert_eq!(engine.fed() == [1, 2, 3], is_whole);
    }
}
