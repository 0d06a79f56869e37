//! What the user made of the rules: which run, how loud they are, what is accepted, what refuses.

use std::collections::BTreeSet;

use crate::finding::{Finding, Level, Suppression};

use super::{Accepted, Day, Rule, Selector, rules};

/// The only place that filters, sets levels, suppresses and decides.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    /// The only rules to run; none means all.
    pub select: Vec<Selector>,
    /// Rules not to run.
    pub ignore: Vec<Selector>,
    /// Levels that replace the rules' own, or none for rules not to run; the last match counts.
    pub levels: Vec<(Selector, Option<Level>)>,
    /// The mildest level that refuses a bundle; none means `error`.
    pub fail_on: Option<Level>,
    /// Findings known and accepted.
    pub accepted: Vec<Accepted>,
    /// The day on which entries with a date are judged; none where they are taken as if they had no date.
    pub today: Option<Day>,
}

/// How many findings there are of each level, and how many do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LevelCounts {
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
        let off = self.level(rule) == Some(None);
        (self.select.is_empty() || named(&self.select)) && !named(&self.ignore) && !off
    }

    /// The rules to run, in report order.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        rules::all().filter(|rule| self.runs(rule))
    }

    /// Gives findings their configured levels and marks those accepted for the bundle at `place`.
    ///
    /// Returns the entries that speak of one of them, by index; those whose day is over accept nothing.
    pub fn settle(&self, findings: &mut [Finding], place: &str) -> BTreeSet<usize> {
        let mut matched = BTreeSet::new();
        for finding in findings {
            if let Some(Some(level)) = rules::find(finding.rule).and_then(|rule| self.level(rule)) {
                finding.level = level;
            }
            for (index, entry) in self.accepted.iter().enumerate() {
                if !entry.accepts(finding) || !entry.covers(place) {
                    continue;
                }
                matched.insert(index);
                if finding.suppressed.is_none() && !self.is_over(entry) {
                    finding.suppressed = Some(Suppression {
                        reason: entry.reason.clone(),
                    });
                }
            }
        }
        matched
    }

    /// True if the entry's day is over.
    pub fn is_over(&self, entry: &Accepted) -> bool {
        matches!((entry.until, self.today), (Some(until), Some(today)) if today > until)
    }

    /// True if some finding that counts is at or above the threshold.
    pub fn refuses(&self, findings: &[Finding]) -> bool {
        findings.iter().any(|finding| self.counts_against(finding))
    }

    /// True if this finding alone refuses the bundle.
    pub fn counts_against(&self, finding: &Finding) -> bool {
        finding.suppressed.is_none() && finding.level >= self.fail_on.unwrap_or(Level::Error)
    }

    /// The level configured for a rule, `Some(None)` for off.
    fn level(&self, rule: &Rule) -> Option<Option<Level>> {
        let matching = self.levels.iter().rfind(|(one, _)| one.matches(rule));
        matching.map(|(_, level)| *level)
    }
}

impl std::ops::Add for LevelCounts {
    type Output = LevelCounts;

    fn add(self, other: LevelCounts) -> LevelCounts {
        LevelCounts {
            errors: self.errors + other.errors,
            warnings: self.warnings + other.warnings,
            notes: self.notes + other.notes,
            suppressed: self.suppressed + other.suppressed,
        }
    }
}

impl LevelCounts {
    /// Counts findings.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> LevelCounts {
        let mut counts = LevelCounts::default();
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
