//! What the numeric gate recorded.

mod transcript_bundle;
mod transcript_free_running;
mod transcript_margin;
mod transcript_missing;
mod transcript_positions;
mod transcript_result;
mod transcript_unreadable;

use crate::bundle::{Record, Transcript};
use crate::lint::{Context, Rule};

/// The rules, in report order.
pub(super) static RULES: &[&Rule] = &[
    &transcript_missing::RULE,
    &transcript_unreadable::RULE,
    &transcript_result::RULE,
    &transcript_positions::RULE,
    &transcript_margin::RULE,
    &transcript_free_running::RULE,
    &transcript_bundle::RULE,
];

/// The transcripts of gates that fed the oracle's tokens, with their files' names.
fn forced<'a>(context: &Context<'a>) -> impl Iterator<Item = (String, &'a Record)> + use<'a> {
    records(context).filter(|(_, record)| record.free_run.is_none())
}

/// The transcripts that could be read, with their files' names.
fn records<'a>(context: &Context<'a>) -> impl Iterator<Item = (String, &'a Record)> + use<'a> {
    context
        .transcripts
        .iter()
        .filter_map(|transcript| Some((name(transcript), transcript.record.as_ref().ok()?)))
}

/// A transcript's file name.
fn name(transcript: &Transcript) -> String {
    let name = transcript.path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod testing {
    use crate::bundle::{Position, Record, Transcript};
    use crate::lint::testing::Case;

    /// A good bundle with one transcript.
    pub(super) fn case(record: Result<Record, String>) -> Case {
        let mut case = Case::granite_1b();
        case.transcripts = vec![Transcript {
            path: "release/gate.json".into(),
            record,
        }];
        case
    }

    /// A transcript with nothing wrong in it.
    pub(super) fn passed() -> Record {
        let position = |margin| Position {
            margin: Some(margin),
            matched: Some(true),
        };
        Record {
            result: Some("PASS".to_owned()),
            bundle: Some("granite_4_0_h_1b_decode_int8lin".to_owned()),
            positions: vec![position(0.137), position(2.53)],
            matched: Some((2, 2)),
            texts_differ: false,
            free_run: None,
        }
    }
}
