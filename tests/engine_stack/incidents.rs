//! What happens in the middle of a call: a consumer that leaves, an encode that throws, a task that ends at once.
//!
//! The patches of earlier versions fail here, each by its own faults; the present ones do not.

use super::behaviour::TO_THE_LIMIT;
use super::model::{Engine, Failure, Incident, Stop, Thrown, Timing, Token};
use super::survey::{ALL_GRAPHS, CONTEXT, GRANITE, TRANSFORMER, conversations, kinds, survey_of};
use super::text::{E1_PATCHED, E1_TAG_PATCHED, E2_PATCHED, E2_STOCK, E2_SUPERSEDED, E3_PATCHED};
use super::text::{E3_SUPERSEDED, E4C_PATCHED, E4C_STOCK, E4C_SUPERSEDED, Text};

#[test]
fn the_present_patches_withstand_every_incident() {
    for text in [
        E1_PATCHED,
        E1_TAG_PATCHED,
        E2_PATCHED,
        E3_PATCHED,
        E4C_PATCHED,
    ] {
        let tally = survey_of(text, &ALL_GRAPHS, conversations() / 4, true);
        assert!(tally.failures.is_empty(), "{tally:?}");
        assert_eq!(
            tally.thrown.len(),
            4,
            "not every way to stop was met: {tally:?}"
        );
    }
}

#[test]
fn the_earlier_patches_fail_in_conversation() {
    let on_granite = [
        Failure::CorruptState,
        Failure::TooManyInFlight,
        Failure::Unstoppable,
    ];
    for text in [E2_SUPERSEDED, E3_SUPERSEDED, E4C_SUPERSEDED] {
        let found = kinds(&survey_of(text, &[GRANITE], conversations() / 4, true));
        assert_eq!(found, on_granite);
        let found = kinds(&survey_of(text, &[TRANSFORMER], conversations() / 4, true));
        for failure in [Failure::LostToken, Failure::TooManyInFlight] {
            assert!(found.contains(&failure), "{found:?}");
        }
    }
}

const PROMPT: [Token; 30] = [3; 30];

fn engine(text: Text) -> Engine {
    Engine::create(text, GRANITE, CONTEXT, 1024).unwrap()
}

fn during(incident: Incident) -> Timing {
    Timing {
        incident: Some(incident),
        ..TO_THE_LIMIT
    }
}

#[test]
fn a_prefill_whose_consumer_left_stops_at_the_next_chunk() {
    let leaves = during(Incident::ConsumerLeaves(5));
    let mut patched = engine(E2_PATCHED);
    let stop = patched.generate(&PROMPT, 4, leaves).unwrap_err();
    assert_eq!(stop, Stop::Threw(Thrown::Cancelled));
    assert_eq!(patched.processed(), 5);
    // What was fed of it is no loss: the same prompt goes on from there.
    patched.generate(&PROMPT, 1, TO_THE_LIMIT).unwrap();
    assert_eq!(patched.fed(), PROMPT);
    assert!(patched.is_coherent());

    let stop = engine(E2_SUPERSEDED).generate(&PROMPT, 4, leaves);
    assert!(matches!(stop, Err(Stop::Failed(_))), "{stop:?}");
}

#[test]
fn chunks_in_flight_are_bounded_by_the_engines_own_depth() {
    // A consumer that stays to the end: only what is in flight can be at fault.
    let stays = during(Incident::ConsumerLeaves(usize::MAX - 8));
    assert!(engine(E2_PATCHED).generate(&PROMPT, 4, stays).is_ok());
    for text in [E2_SUPERSEDED, E4C_STOCK, E4C_SUPERSEDED] {
        let stop = engine(text).generate(&PROMPT, 4, stays).unwrap_err();
        assert_eq!(stop, Stop::Failed(Failure::TooManyInFlight));
    }
}

#[test]
fn an_encode_that_throws_is_not_counted_and_its_slot_comes_back() {
    let throws = |after| {
        during(Incident::EncodeThrows {
            after,
            in_flight: 0,
        })
    };
    for text in [E2_SUPERSEDED, E2_PATCHED] {
        let mut engine = Engine::create(text, TRANSFORMER, CONTEXT, 1024).unwrap();
        let refused = Stop::Threw(Thrown::EncodeRefused);
        assert_eq!(
            engine.generate(&[1, 2, 3], 4, throws(0)).unwrap_err(),
            refused
        );
        let is_mended = text.counts_what_was_encoded;
        assert_eq!(engine.processed(), if is_mended { 0 } else { 3 });
        for _ in 0..2 {
            let stop = engine.generate(&[4, 5, 6], 4, throws(0)).unwrap_err();
            assert_eq!(stop, refused);
        }
        let next = engine.generate(&[1, 2, 3], 1, TO_THE_LIMIT);
        if is_mended {
            next.unwrap();
            assert_eq!(engine.fed(), [1, 2, 3]);
        } else {
            assert_eq!(next.unwrap_err(), Stop::Failed(Failure::Stalled));
        }
    }
}

#[test]
fn a_refused_guided_call_keeps_the_conversation_and_guided_generation() {
    let no_jump = |_: usize| Vec::new();
    for (text, is_mended) in [
        (E3_SUPERSEDED, false),
        (E3_PATCHED, true),
        (E4C_SUPERSEDED, false),
        (E4C_PATCHED, true),
    ] {
        let mut engine = engine(text);
        engine.generate(&[1, 2, 3], 2, TO_THE_LIMIT).unwrap();
        let before = engine.fed().to_vec();
        let too_long = [1; CONTEXT];
        let ends_first = Some(Incident::TaskEndsFirst);
        let stop = engine.generate_guided(&too_long, 4, ends_first, no_jump);
        assert_eq!(
            stop.unwrap_err(),
            Stop::Threw(Thrown::ContextLengthExceeded)
        );
        assert_eq!(engine.fed() == before, is_mended, "{text:?}");
        let again = engine.generate_guided(&[1, 2, 3], 2, None, no_jump);
        match again {
            Ok(produced) => assert!(is_mended && produced.len() == 2),
            Err(stop) => assert_eq!((stop, is_mended), (Stop::Failed(Failure::GuidedOff), false)),
        }
    }
}

#[test]
fn states_are_zeroed_at_rest_before_a_guided_call() {
    let throws = during(Incident::EncodeThrows {
        after: 10,
        in_flight: 2,
    });
    for (text, is_mended) in [(E3_SUPERSEDED, false), (E3_PATCHED, true)] {
        let mut engine = engine(Text {
            // The fault is of the reset alone: let the prompt go in.
            prefill: E3_PATCHED.prefill,
            ..text
        });
        let stop = engine.generate(&PROMPT, 4, throws).unwrap_err();
        assert_eq!(stop, Stop::Threw(Thrown::EncodeRefused));
        engine
            .generate_guided(&[1, 2], 1, None, |_| Vec::new())
            .unwrap();
        assert_eq!(engine.is_coherent(), is_mended);
    }
}

#[test]
fn stock_of_e4c_feeds_every_token_and_leaves_a_guided_state_unbound() {
    let tally = survey_of(E4C_STOCK, &[GRANITE], 2_000, false);
    assert_eq!(kinds(&tally), [Failure::Abort, Failure::UnboundState]);
    let dynamic = survey_of(E4C_STOCK, &[TRANSFORMER], 2_000, false);
    assert_eq!(kinds(&dynamic), [Failure::Overrun]);
    let incidents = kinds(&survey_of(E2_STOCK, &[TRANSFORMER], 2_000, true));
    assert!(
        incidents.contains(&Failure::TooManyInFlight),
        "{incidents:?}"
    );
}
