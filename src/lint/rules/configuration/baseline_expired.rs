//! No acceptance has run out.

use crate::finding::Level;
use crate::lint::{CONFIG_FILE, Context, Family, Findings, Provenance, Rule};

/// No acceptance has run out.
pub(super) static RULE: Rule = Rule {
    id: "baseline-expired",
    family: Family::Configuration,
    level: Level::Warning,
    summary: "no baseline entry that is still needed has run out",
    explanation: include_str!("baseline_expired.md"),
    provenance: &[Provenance::Tool],
    needs: &[],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for entry in context.configuration.expired {
        let Some(until) = entry.until else { continue };
        findings
            .report(
                super::subject(entry),
                format!(
                    "{} at {} was accepted until {until}, and is still there; it counts again",
                    entry.rule, entry.subject
                ),
            )
            .actual(until)
            .at(CONFIG_FILE, entry.line)
            .help("mend the bundle, or give the entry a later `until` and a reason for it");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use crate::lint::Day;
    use crate::lint::fleet::Report;
    use crate::lint::rules::configuration::testing::settings;
    use crate::lint::testing::Case;

    #[test]
    fn an_entry_accepts_through_its_day_and_no_longer() {
        let text = "[[baseline]]\nrule = \"granite-ios\"\nsubject = \"language.max_context_length\"\n\
                    reason = \"r\"\nuntil = 2026-11-26\n";
        for (today, suppressed, reported) in [
            ("2026-11-25", true, 0),
            ("2026-11-26", true, 0),
            ("2026-11-27", false, 1),
        ] {
            let settings = settings(text, Day::parse(today));
            let report = Report::new(vec![settings.lint(Case::granite_1b().target)]);
            let mut found = report.linted[0].findings.iter();
            let found = found.find(|found| found.rule == "granite-ios").unwrap();
            assert_eq!(found.suppressed.is_some(), suppressed, "{today}");
            let own = report.configurations.iter().flat_map(|one| &one.findings);
            let own = own.map(|found| found.rule).collect::<Vec<_>>();
            assert_eq!(own, vec!["baseline-expired"; reported], "{today}");
        }
    }
}
