//! The oracle is sure at every position.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Provenance, Rule};

/// The oracle is sure at every position.
pub(super) static RULE: Rule = Rule {
    id: "transcript-margin",
    family: Family::Transcript,
    level: Level::Error,
    summary: "the oracle is sure at every position of the gate",
    explanation: include_str!("transcript_margin.md"),
    provenance: &[Provenance::Community],
    needs: &[],
    check,
};

/// The smallest top-2 margin at which an oracle's token counts.
const FLOOR: f64 = 0.1;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (name, record) in super::forced(context) {
        let mut margins = record.positions.iter().map(|position| position.margin);
        let worst = record
            .positions
            .iter()
            .enumerate()
            .filter_map(|(index, position)| Some((index, position.margin?)))
            .min_by(|(_, a), (_, b)| a.total_cmp(b));
        let said = match worst {
            _ if margins.any(|margin| margin.is_none_or(f64::is_nan)) => {
                "a position has no oracle margin".to_owned()
            }
            Some((index, margin)) if margin < FLOOR => {
                format!("the oracle's margin at position {index} is {margin}")
            }
            _ => continue,
        };
        findings
            .report(
                format!("transcript.{name}"),
                format!(
                    "in {name} {said}, at least {FLOOR} is needed; a match there may be chance"
                ),
            )
            .expected(format!("at least {FLOOR} at every position"))
            .actual(said)
            .help("gate with a prompt on which the oracle is sure at every position");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::rules::transcript::testing::{case, passed};

    #[test]
    fn a_hesitating_oracle_is_found() {
        assert_eq!(case(Ok(passed())).check(&RULE), []);
        for margin in [Some(0.0999), Some(0.0), Some(-1.0), Some(f64::NAN), None] {
            let mut record = passed();
            record.positions[1].margin = margin;
            assert_eq!(case(Ok(record)).check(&RULE).len(), 1, "{margin:?}");
        }
        let mut record = passed();
        record.positions[1].margin = Some(0.1);
        assert_eq!(case(Ok(record)).check(&RULE), []);
    }
}
