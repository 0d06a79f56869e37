//! The gate passed.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Provenance, Rule};

/// The gate passed.
pub(super) static RULE: Rule = Rule {
    id: "transcript-result",
    family: Family::Transcript,
    level: Level::Error,
    summary: "the gate's result is PASS",
    explanation: include_str!("transcript_result.md"),
    provenance: &[Provenance::Community],
    needs: &[],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (name, record) in super::forced(context) {
        let seen = record.result.as_deref();
        if seen == Some("PASS") {
            continue;
        }
        let shown = seen.map_or_else(|| "absent".to_owned(), |seen| format!("{seen:?}"));
        findings
            .report(
                format!("transcript.{name}"),
                format!("the result in {name} is {shown}, a release needs \"PASS\"; the bundle is not known to be right"),
            )
            .expected("PASS")
            .actual(seen.unwrap_or("absent"))
            .help("find out why the gate failed before shipping");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::bundle::Record;
    use crate::lint::rules::transcript::testing::{case, passed};

    #[test]
    fn anything_but_a_pass_is_found() {
        assert_eq!(case(Ok(passed())).check(&RULE), []);
        for result in [None, Some("FAIL"), Some("pass")] {
            let record = Record {
                result: result.map(str::to_owned),
                ..passed()
            };
            assert_eq!(case(Ok(record)).check(&RULE).len(), 1);
        }
    }
}
