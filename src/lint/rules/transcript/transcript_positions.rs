//! Every position matched.

use crate::bundle::Record;
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Provenance, Rule};

/// Every position matched.
pub(super) static RULE: Rule = Rule {
    id: "transcript-positions",
    family: Family::Transcript,
    level: Level::Error,
    summary: "every position of the gate matched the oracle",
    explanation: include_str!("transcript_positions.md"),
    provenance: &[Provenance::Community],
    needs: &[],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (name, record) in super::forced(context) {
        if let Some(seen) = unmatched(record) {
            findings
                .report(
                    format!("transcript.{name}"),
                    format!("in {name} {seen}; a release needs every position to match the oracle"),
                )
                .expected("every position matched")
                .actual(seen)
                .help("find the first differing position; at a margin of 0.1 or more it is damage, not a tie");
        }
    }
}

/// Why the transcript does not show that every position matched, if so.
fn unmatched(record: &Record) -> Option<String> {
    let differing = record
        .positions
        .iter()
        .enumerate()
        .filter(|(_, position)| position.matched == Some(false))
        .map(|(index, _)| index.to_string())
        .collect::<Vec<_>>();
    if !differing.is_empty() {
        return Some(format!(
            "the bundle differs at position {}",
            differing.join(", ")
        ));
    }
    if let Some((matched, of)) = record.matched.filter(|(matched, of)| matched < of) {
        return Some(format!("{matched} of {of} positions matched"));
    }
    if record.texts_differ {
        return Some("the bundle's text is not the oracle's".to_owned());
    }
    if record.positions.is_empty() && record.matched.is_none_or(|(_, of)| of == 0) {
        return Some("no position was compared".to_owned());
    }
    let stated = record
        .positions
        .iter()
        .all(|position| position.matched.is_some());
    let counted = record.matched.is_some();
    (!stated && !counted && record.result.as_deref() != Some("PASS"))
        .then(|| "nothing says whether the positions matched".to_owned())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::bundle::Record;
    use crate::lint::rules::transcript::testing::{case, passed};

    #[test]
    fn a_difference_is_found_however_it_is_recorded() {
        assert_eq!(case(Ok(passed())).check(&RULE), []);
        let mut differing = passed();
        differing.positions[1].matched = Some(false);
        let counted = Record {
            matched: Some((15, 16)),
            ..passed()
        };
        let texts = Record {
            texts_differ: true,
            ..passed()
        };
        let nothing = Record {
            positions: Vec::new(),
            matched: None,
            ..passed()
        };
        for (record, said) in [
            (differing, "position 1"),
            (counted, "15 of 16"),
            (texts, "the bundle's text"),
            (nothing, "no position"),
        ] {
            let found = case(Ok(record)).check(&RULE);
            assert_eq!(found.len(), 1);
            assert!(found[0].message.contains(said), "{}", found[0].message);
        }
    }
}
