//! Every accepted finding is still found.

use crate::finding::Level;
use crate::lint::{CONFIG_FILE, Context, Family, Findings, Provenance, Rule};

/// Every accepted finding is still found.
pub(super) static RULE: Rule = Rule {
    id: "baseline-unmatched",
    family: Family::Configuration,
    level: Level::Warning,
    summary: "every baseline entry matches a finding",
    explanation: include_str!("baseline_unmatched.md"),
    provenance: &[Provenance::Tool],
    needs: &[],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for entry in context.configuration.stale {
        findings
            .report(
                super::subject(entry),
                format!(
                    "the baseline accepts {} at {}, and no bundle it covers has that finding any more; \
                     it would hide the fault if it came back",
                    entry.rule, entry.subject
                ),
            )
            .at(CONFIG_FILE, entry.line)
            .help("remove the entry, or run again with --write-baseline");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use crate::lint::LevelCounts;
    use crate::lint::fleet::Report;
    use crate::lint::rules::configuration::testing::settings;
    use crate::lint::testing::Case;

    #[test]
    fn a_used_entry_suppresses_and_an_unused_one_is_reported() {
        let settings = settings(
            "[[baseline]]\nrule = \"granite-ios\"\nsubject = \"language.max_context_length\"\nreason = \"Mac only\"\n\
             \n[[baseline]]\nrule = \"granite-vocab\"\nsubject = \"weights.embedding\"\nreason = \"once\"\n\
             \n[[baseline]]\nrule = \"granite-vocab\"\nsubject = \"x\"\npath = \"elsewhere/*\"\nreason = \"not linted\"\n",
            None,
        );
        let report = Report::new(vec![settings.lint(Case::granite_1b().target)]);
        assert_eq!(LevelCounts::of(&report.linted[0].findings).suppressed, 1);
        let found = &report.configurations[0].findings;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "baseline.granite-vocab.weights.embedding");
        assert_eq!(found[0].path, "repo");
        assert_eq!(found[0].location.as_ref().unwrap().line, 6);
    }
}
