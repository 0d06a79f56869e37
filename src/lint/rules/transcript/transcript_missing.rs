//! There is a gate transcript.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// There is a gate transcript.
pub(super) static RULE: Rule = Rule {
    id: "transcript-missing",
    family: Family::Transcript,
    level: Level::Note,
    summary: "a gate transcript lies with the bundle",
    explanation: include_str!("transcript_missing.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if context.deployment.is_some() && context.is_bundle() && context.transcripts.is_empty() {
        findings
            .report(
                "transcript",
                "no gate transcript lies in the bundle or its release folder, so nothing shows that its \
                 numbers were ever compared with the source model's",
            )
            .help("run the numeric gate and put its JSON beside the bundle as gate-NAME.json");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::rules::transcript::testing::{case, passed};
    use crate::lint::testing::Case;

    #[test]
    fn silence_is_noted_and_a_transcript_is_not() {
        assert_eq!(Case::granite_1b().check(&RULE).len(), 1);
        assert_eq!(case(Ok(passed())).check(&RULE), []);
    }
}
