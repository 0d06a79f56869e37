//! Notes that ask the same of the host are one note.

use crate::finding::{Finding, Level};

/// Rules that speak of the same thing to do; a note of the first stands for the others.
const DUTIES: &[&[&str]] = &[
    &[
        "run-engine-revision",
        "graph-state-count",
        "graph-logits-static",
    ],
    &["run-chunk-one", "graph-static-query"],
    &["run-no-partial-reset", "run-reask"],
    &["granite-ios", "graph-ios-dynamic-kv"],
];

/// The findings with one note for each thing the host must do, which names the rules that said the same.
///
/// `spared` tells whether a rule of the host's duties that found nothing has looked at the engine: what the engine does
/// by itself is nobody's duty, and notes that only said so by another rule go.
pub fn merged(findings: &[Finding], spared: impl Fn(&str) -> bool) -> Vec<Finding> {
    let is_note = |finding: &Finding| finding.level == Level::Note && finding.suppressed.is_none();
    let there = |rule: &str| {
        findings
            .iter()
            .any(|finding| finding.rule == rule && is_note(finding))
    };
    let mut kept = Vec::with_capacity(findings.len());
    for finding in findings {
        let duty = DUTIES.iter().find(|rules| rules.contains(&finding.rule));
        let Some(rules) = duty.filter(|_| is_note(finding)) else {
            kept.push(finding.clone());
            continue;
        };
        let first = rules.iter().find(|rule| there(rule));
        let is_spared = rules[0].starts_with("run-") && !there(rules[0]) && spared(rules[0]);
        if is_spared || first != Some(&finding.rule) {
            continue;
        }
        let mut finding = finding.clone();
        let others = rules.iter().filter(|rule| **rule != finding.rule);
        finding.also = others.copied().filter(|rule| there(rule)).collect();
        kept.push(finding);
    }
    kept
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::finding::Suppression;
    use crate::lint::rules;

    fn note(rule: &'static str) -> Finding {
        Finding::new(rule, Level::Note, "s".to_owned(), "m".to_owned())
    }

    fn rules_of(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn duties_name_rules_that_exist() {
        for rule in DUTIES.iter().copied().flatten() {
            assert!(rules::find(rule).is_some(), "{rule}");
        }
    }

    #[test]
    fn notes_of_one_duty_are_one() {
        let notes = ["graph-logits-static", "graph-static-query", "run-chunk-one"].map(note);
        let kept = merged(&notes, |_| false);
        assert_eq!(rules_of(&kept), ["graph-logits-static", "run-chunk-one"]);
        assert_eq!(kept[0].also, [""; 0]);
        assert_eq!(kept[1].also, ["graph-static-query"]);
    }

    #[test]
    fn what_counts_or_is_accepted_stays_by_itself() {
        let mut error = note("graph-static-query");
        error.level = Level::Error;
        let mut accepted = note("run-chunk-one");
        accepted.suppressed = Some(Suppression {
            reason: "r".to_owned(),
        });
        let kept = merged(&[error, accepted, note("graph-logits-static")], |_| false);
        assert_eq!(kept.len(), 3);
    }

    #[test]
    fn what_the_engine_does_is_nobodys_duty() {
        let notes = ["graph-logits-static", "run-token-limit"].map(note);
        let kept = merged(&notes, |rule| rule == "run-engine-revision");
        assert_eq!(rules_of(&kept), ["run-token-limit"]);
    }
}
