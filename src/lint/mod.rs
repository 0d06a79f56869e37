//! The rule registry and its runner.

pub mod rules;

use crate::bundle::Target;
use crate::finding::{Finding, Level};

/// Which part of a bundle a rule is about; also its heading in `rules` and in reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// `metadata.json` and the folder.
    Bundle,
    /// The `.aimodel` folder.
    Asset,
    /// The signature and the operations.
    Graph,
    /// Tokenizer and chat template.
    Tokenizer,
    /// What the host must do.
    Run,
    /// What the model's profile expects.
    Profile,
}

/// A rule: one file, with its explanation beside it.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case id.
    pub id: &'static str,
    /// What it is about.
    pub family: Family,
    /// Its default level.
    pub level: Level,
    /// One line for `rules`.
    pub summary: &'static str,
    /// The page `explain` shows: what, why it matters, how to fix, where the fact comes from.
    pub explanation: &'static str,
    /// The check; pushes what it finds.
    pub check: fn(&Context<'_>, &mut Findings<'_>),
}

/// What a rule may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The bundle or bare asset.
    pub target: &'a Target,
}

/// Collects the findings of one rule on one target.
#[derive(Debug)]
pub struct Findings<'a> {
    rule: &'static Rule,
    found: &'a mut Vec<Finding>,
}

impl<'a> Findings<'a> {
    /// Collects for one rule.
    pub fn new(rule: &'static Rule, found: &'a mut Vec<Finding>) -> Findings<'a> {
        Findings { rule, found }
    }

    /// Adds a finding at the rule's default level; the caller fills in what else it knows.
    pub fn report(
        &mut self,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.found.push(Finding {
            rule: self.rule.id,
            level: self.rule.level,
            subject: subject.into(),
            message: message.into(),
            expected: None,
            actual: None,
            help: None,
            path: String::new(),
            location: None,
            suppressed: None,
        });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }
}
