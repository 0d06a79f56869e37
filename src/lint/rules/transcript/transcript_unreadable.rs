//! A transcript can be read.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Provenance, Rule};

/// A transcript can be read.
pub(super) static RULE: Rule = Rule {
    id: "transcript-unreadable",
    family: Family::Transcript,
    level: Level::Error,
    summary: "a file named like a gate transcript can be read",
    explanation: include_str!("transcript_unreadable.md"),
    provenance: &[Provenance::Tool],
    needs: &[],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for transcript in context.transcripts {
        if let Err(error) = &transcript.record {
            let name = super::name(transcript);
            findings
                .report(
                    format!("transcript.{name}"),
                    format!(
                        "{name} is named like a gate transcript and is not readable JSON: {error}"
                    ),
                )
                .help("write the transcript again, or give the file another name");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::rules::transcript::testing::{case, passed};

    #[test]
    fn only_broken_files_are_found() {
        assert_eq!(case(Ok(passed())).check(&RULE), []);
        let found = case(Err("line 1: unexpected end".to_owned())).check(&RULE);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "transcript.gate.json");
    }
}
