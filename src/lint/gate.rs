//! What the user made of the rules: which run, how loud they are, what is accepted, what refuses.

use std::collections::BTreeSet;

use crate::finding::{Finding, Level, Suppression};

use super::config::Accepted;
use super::{Rule, Selector, rules};

/// The only place that filters, sets levels, suppresses and decides.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    /// The only rules to run; none means all.
    pub select: Vec<Selector>,
    /// Rules not to run.
    pub ignore: Vec<Selector>,
    /// Levels that replace the rules' own; the last match counts.
    pub levels: Vec<(Selector, Level)>,
    /// The mildest level that refuses a bundle; none means `error`.
    pub fail_on: Option<Level>,
    /// Findings known and accepted.
    pub accepted: Vec<Accepted>,
}

/// How many findings there are of each level, and how many do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Findings of level error.
    pub errors: usize,
    /// Findings of level warning.
    pub warnings: usize,
    /// Findings of level note.
    pub notes: usize,
    /// Findings known and accepted, of whatever level; not among the others.
    pub suppressed: usize,
}

impl Gate {
    /// True if the rule is to be run.
    pub fn runs(&self, rule: &Rule) -> bool {
        let named = |selectors: &[Selector]| selectors.iter().any(|one| one.matches(rule));
        (self.select.is_empty() || named(&self.select)) && !named(&self.ignore)
    }

    /// The rules to run, in report order.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        rules::all().filter(|rule| self.runs(rule))
    }

    /// Gives findings their configured levels and marks those accepted for the bundle at `place`.
    ///
    /// Returns the accepted entries that matched, by index.
    pub fn settle(&self, findings: &mut [Finding], place: &str) -> BTreeSet<usize> {
        let mut matched = BTreeSet::new();
        for finding in findings {
            if let Some(level) = self.level(finding.rule) {
                finding.level = level;
            }
            let entry = self.accepted.iter().position(|entry| {
                entry.rule.id == finding.rule
                    && entry.subject == finding.subject
                    && entry.covers(place)
            });
            if let Some(index) = entry {
                matched.insert(index);
                finding.suppressed = Some(Suppression {
                    reason: self.accepted[index].reason.clone(),
                });
            }
        }
        matched
    }

    /// True if some finding that counts is at or above the threshold.
    pub fn refuses(&self, findings: &[Finding]) -> bool {
        findings.iter().any(|finding| self.counts_against(finding))
    }

    /// True if this finding alone refuses the bundle.
    pub fn counts_against(&self, finding: &Finding) -> bool {
        finding.suppressed.is_none() && finding.level >= self.fail_on.unwrap_or(Level::Error)
    }

    fn level(&self, id: &str) -> Option<Level> {
        let rule = rules::find(id)?;
        let matching = self.levels.iter().rfind(|(one, _)| one.matches(rule));
        matching.map(|(_, level)| *level)
    }
}

impl Counts {
    /// Counts findings.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Counts {
        let mut counts = Counts::default();
        for finding in findings {
            let counter = match (&finding.suppressed, finding.level) {
                (Some(_), _) => &mut counts.suppressed,
                (None, Level::Error) => &mut counts.errors,
                (None, Level::Warning) => &mut counts.warnings,
                (None, Level::Note) => &mut counts.notes,
            };
            *counter += 1;
        }
        counts
    }
}
