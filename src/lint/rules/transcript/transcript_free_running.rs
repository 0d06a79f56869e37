//! A run of its own stays with the oracle's, or leaves it at a tie.

use crate::bundle::{FreeRun, Record};
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Provenance, Rule};

/// A run of its own stays with the oracle's, or leaves it at a tie.
pub(super) static RULE: Rule = Rule {
    id: "transcript-free-running",
    family: Family::Transcript,
    level: Level::Error,
    summary: "a free-running gate follows the oracle, or leaves it at a tie",
    explanation: include_str!("transcript_free_running.md"),
    provenance: &[Provenance::Community],
    needs: &[],
    check,
};

/// The top-2 margin of the oracle below which a position is a tie.
const TIE: f64 = 0.1;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (name, record) in super::records(context) {
        let Some(run) = &record.free_run else {
            continue;
        };
        if let Some(seen) = fault(run).or_else(|| contradiction(record)) {
            findings
                .report(
                    format!("transcript.{name}"),
                    format!(
                        "in {name} {seen}; a release needs the engine's own greedy run to follow the oracle's, or to \
                         leave it first where the oracle's margin is below {TIE}"
                    ),
                )
                .expected("the oracle's tokens up to its end, or to a tie")
                .actual(seen)
                .help("`granite-bundle gate PATH --transcript FILE` runs the engine's side again");
        }
    }
}

/// Why the run does not pass, from what both sides wrote and not from the verdict.
fn fault(run: &FreeRun) -> Option<String> {
    if run.greedy == Some(false) {
        return Some("the tokens were sampled, not taken greedily".to_owned());
    }
    if run.oracle_ids.is_empty() {
        return Some("the oracle wrote no token, so nothing was compared".to_owned());
    }
    if run.engine_text.is_none() && run.engine_ids.is_none() {
        return Some("the engine wrote nothing".to_owned());
    }
    let first = match run.divergence() {
        Ok(first) => first?,
        Err(_) => return Some("the texts differ, and nothing says where".to_owned()),
    };
    let end = run.oracle_ids.len();
    match run.margins.get(first).copied().flatten() {
        Some(margin) if margin < TIE => None,
        Some(margin) => Some(format!(
            "the engine leaves the oracle at token {first} of {end}, where the margin is {margin}"
        )),
        None if first >= end => Some(format!(
            "the engine goes on after the oracle's end at token {end}"
        )),
        None => Some(format!(
            "the engine leaves the oracle at token {first} of {end}, and the margin there is not recorded"
        )),
    }
}

/// A verdict that is none of a passed gate.
fn contradiction(record: &Record) -> Option<String> {
    match record.result.as_deref() {
        Some("PASS" | "PASS_TIE") => None,
        Some(result) => Some(format!("the result is {result:?}")),
        None => Some("there is no result".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::rules::transcript::testing::{case, passed};
    use crate::lint::rules::transcript::{
        transcript_margin, transcript_positions, transcript_result,
    };

    /// What the engine wrote is the oracle's, the second token at a tie.
    fn run() -> FreeRun {
        FreeRun {
            greedy: Some(true),
            oracle_ids: vec![12_366, 13, 7],
            margins: vec![Some(0.4228), Some(0.0999), Some(0.1)],
            oracle_text: Some(" Paris.".to_owned()),
            engine_ids: None,
            engine_text: Some(" Paris.".to_owned()),
            stated_divergence: None,
        }
    }

    fn record(run: FreeRun) -> Record {
        Record {
            free_run: Some(run),
            positions: Vec::new(),
            matched: None,
            ..passed()
        }
    }

    fn ids(engine: &[i64]) -> FreeRun {
        FreeRun {
            engine_ids: Some(engine.to_vec()),
            engine_text: Some("another".to_owned()),
            ..run()
        }
    }

    #[test]
    fn only_this_rule_judges_a_run_that_stays_or_leaves_at_a_tie() {
        let at_a_tie = Record {
            result: Some("PASS_TIE".to_owned()),
            ..record(ids(&[12_366, 14, 7]))
        };
        for record in [record(run()), record(ids(&[12_366, 13, 7])), at_a_tie] {
            let case = case(Ok(record));
            assert_eq!(case.check(&RULE), []);
            for other in [
                &transcript_result::RULE,
                &transcript_positions::RULE,
                &transcript_margin::RULE,
            ] {
                assert_eq!(case.check(other), []);
            }
        }
    }

    #[test]
    fn what_does_not_pass_is_found_whatever_the_result_says() {
        let stated = FreeRun {
            engine_text: Some("another".to_owned()),
            stated_divergence: Some(0),
            ..run()
        };
        let cases = [
            (ids(&[1, 13, 7]), "token 0 of 3, where the margin is 0.4228"),
            (ids(&[12_366, 13]), "token 2 of 3, where the margin is 0.1"),
            (ids(&[12_366, 13, 7, 9]), "goes on after the oracle's end"),
            (stated, "token 0 of 3"),
            (
                FreeRun {
                    engine_text: None,
                    ..run()
                },
                "the engine wrote nothing",
            ),
            (
                FreeRun {
                    oracle_text: Some("another".to_owned()),
                    ..run()
                },
                "nothing says where",
            ),
            (
                FreeRun {
                    oracle_ids: Vec::new(),
                    ..run()
                },
                "nothing was compared",
            ),
            (
                FreeRun {
                    greedy: Some(false),
                    ..run()
                },
                "sampled",
            ),
            (
                FreeRun {
                    margins: vec![None],
                    ..ids(&[1])
                },
                "margin there is not recorded",
            ),
        ];
        for (run, said) in cases {
            let found = case(Ok(record(run))).check(&RULE);
            assert_eq!(found.len(), 1, "{said}");
            assert!(found[0].message.contains(said), "{}", found[0].message);
        }
        let failed = Record {
            result: Some("ERROR".to_owned()),
            ..record(run())
        };
        assert_eq!(case(Ok(failed)).check(&RULE).len(), 1);
    }
}
