//! Which rules a user means: an id, a family, or a pattern such as `graph-*`.

use std::fmt;

use glob::Pattern;

use crate::finding::closest;

use super::{Family, Rule, rules};

/// Names one rule or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    text: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Family(Family),
    Ids(Pattern),
}

/// A selector that names no rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRule {
    /// As the user wrote it.
    pub text: String,
    /// The id or family it is most like.
    pub suggestion: Option<String>,
}

impl fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} names no rule", self.text)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; did you mean {suggestion:?}?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownRule {}

impl Selector {
    /// Reads an id, a family's name or a pattern that matches at least one id.
    ///
    /// # Errors
    /// When no rule is named, with the nearest one.
    pub fn parse(text: &str) -> Result<Selector, UnknownRule> {
        let kind = match Family::ALL.iter().find(|family| family.name() == text) {
            Some(family) => Some(Kind::Family(*family)),
            None => Pattern::new(text).ok().map(Kind::Ids),
        };
        let selector = kind.map(|kind| Selector {
            text: text.to_owned(),
            kind,
        });
        selector
            .filter(|selector| rules::all().any(|rule| selector.matches(rule)))
            .ok_or_else(|| UnknownRule {
                text: text.to_owned(),
                suggestion: suggestion(text),
            })
    }

    /// True if it names that rule.
    pub fn matches(&self, rule: &Rule) -> bool {
        match &self.kind {
            Kind::Family(family) => rule.family == *family,
            Kind::Ids(pattern) => pattern.matches(rule.id),
        }
    }
}

/// The nearest id or family; for a pattern, the nearest pattern of a family.
fn suggestion(text: &str) -> Option<String> {
    let families = Family::ALL.iter();
    if text.contains('*') {
        let patterns = families
            .flat_map(|family| family.prefixes())
            .map(|prefix| format!("{prefix}*"))
            .collect::<Vec<_>>();
        return closest(text, patterns.iter().map(String::as_str)).map(str::to_owned);
    }
    let names = families.map(|family| family.name());
    let ids = rules::all().map(|rule| rule.id);
    closest(text, names.chain(ids)).map(str::to_owned)
}

impl std::str::FromStr for Selector {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Selector, UnknownRule> {
        Selector::parse(text)
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}
