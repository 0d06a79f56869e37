//! Random conversations with the modelled engine: what stock loses, the patched text never does.

use super::model::{Engine, Failure, Graph, Timing, Token};
use super::survey::{
    ALL_GRAPHS, CONTEXT, DYNAMIC_HYBRID, GRANITE, TRANSFORMER, conversations, kinds, survey,
};
use super::text::{E1_ADMITTING_ONLY, E1_PATCHED, E1_STOCK, E1_TAG_PATCHED, Text};
use super::text::{E2_PATCHED, E2_STOCK, E3_PATCHED, E3_STOCK, E4C_PATCHED};

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
