//! A finding that is known and accepted.

use glob::Pattern;

use super::day::Day;
use crate::finding::Finding;

/// One `[[baseline]]` entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The rule's id.
    pub rule: &'static str,
    /// The finding's subject.
    pub subject: String,
    /// The value seen; none accepts whatever is seen there.
    pub value: Option<String>,
    /// The last day on which it is accepted.
    pub until: Option<Day>,
    /// Bundles it speaks of, relative to the configuration's folder; none means all.
    pub path: Option<Pattern>,
    /// Why it is accepted.
    pub reason: String,
    /// 1-based line of the entry.
    pub line: u32,
}

impl Accepted {
    /// True if the entry speaks of that finding, wherever it was found.
    pub fn accepts(&self, finding: &Finding) -> bool {
        self.rule == finding.rule
            && self.subject == finding.subject
            && (self.value.is_none() || self.value == finding.actual)
    }

    /// True if the entry speaks of a bundle at that place, relative to the configuration's folder.
    pub fn covers(&self, place: &str) -> bool {
        self.path
            .as_ref()
            .is_none_or(|pattern| pattern.matches(place))
    }
}
