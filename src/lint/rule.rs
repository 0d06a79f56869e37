//! A rule, and how it reports.

use crate::bundle::pointer;
use crate::finding::{Finding, Level};

use super::{Context, Need};

/// Which part of a bundle a rule is about; also its heading in `rules` and in reports.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
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
    /// What the numeric gate recorded.
    Transcript,
    /// The lint configuration itself.
    Configuration,
}

impl Family {
    /// Every family, in report order.
    pub const ALL: &[Family] = <Family as strum::VariantArray>::VARIANTS;

    /// The word `rules --json` shows.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// One line saying what its rules look at.
    pub const fn title(self) -> &'static str {
        match self {
            Family::Bundle => "the manifest and the folder",
            Family::Asset => "the .aimodel folder",
            Family::Graph => "the signature and the operations",
            Family::Tokenizer => "tokenizer, chat template, stop tokens",
            Family::Run => "what the host must do",
            Family::Profile => "what the model's profile expects",
            Family::Transcript => "what the numeric gate recorded",
            Family::Configuration => "the lint configuration itself",
        }
    }

    /// What the ids of its rules begin with.
    pub const fn prefixes(self) -> &'static [&'static str] {
        match self {
            Family::Bundle => &["bundle-"],
            Family::Asset => &["asset-"],
            Family::Graph => &["graph-"],
            Family::Tokenizer => &["tok-", "chat-", "eos-", "special-", "tool-"],
            Family::Run => &["run-"],
            Family::Profile => &["granite-", "profile-"],
            Family::Transcript => &["transcript-"],
            Family::Configuration => &["baseline-", "configuration-"],
        }
    }
}

/// Where a rule's fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Provenance {
    /// Read in the engine's source.
    Engine,
    /// An incident recorded by the community.
    Community,
    /// A fact of the model family.
    Granite,
    /// This tool's own contract: reading, configuration, release practice.
    Tool,
}

impl Provenance {
    /// The word `rules --json` shows.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A rule: one file, with its explanation beside it.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case id, never reused for another meaning.
    pub id: &'static str,
    /// What it is about.
    pub family: Family,
    /// Its default level.
    pub level: Level,
    /// One line for `rules`.
    pub summary: &'static str,
    /// The page `explain` shows: what, why it matters, how to fix, where the fact comes from.
    pub explanation: &'static str,
    /// Where the fact comes from.
    pub provenance: &'static [Provenance],
    /// What must be there; the rule is not run otherwise.
    pub needs: &'static [Need],
    /// The check; pushes what it finds.
    pub check: fn(&Context<'_>, &mut Findings<'_>),
}

impl Rule {
    /// True if everything it needs is there.
    pub fn applies_to(&self, context: &Context<'_>) -> bool {
        self.needs.iter().all(|need| context.has(*need))
    }

    /// The text under one of the page's headings.
    pub fn section(&self, heading: &str) -> Option<&'static str> {
        let (_, rest) = self.explanation.split_once(&format!("\n## {heading}\n"))?;
        let end = rest.find("\n## ").unwrap_or(rest.len());
        Some(rest[..end].trim())
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Rule) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

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

    /// Adds a finding at the rule's default level; the caller chains what else it knows.
    ///
    /// `subject` is a dotted path: into the manifest (`language.vocab_size`), or
    /// `functions.main.inputs.input_ids`, `functions.main.states.recState`, `asset`, `weights.head`,
    /// `tokenizer.chat_template`. A finding without a location of its own is anchored by its subject.
    pub fn report(
        &mut self,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> &mut Finding {
        let finding = Finding::new(
            self.rule.id,
            self.rule.level,
            subject.into(),
            message.into(),
        );
        let index = self.found.len();
        self.found.push(finding);
        &mut self.found[index]
    }

    /// Adds a finding about a member of the manifest's object at a JSON pointer, anchored there whatever its key is made of.
    pub fn report_member(
        &mut self,
        object: &str,
        key: &str,
        message: impl Into<String>,
    ) -> &mut Finding {
        let parent = object.trim_start_matches('/').replace('/', ".");
        let finding = self.report(format!("{parent}.{key}"), message);
        finding.pointer = Some(pointer(object, key));
        finding
    }
}
