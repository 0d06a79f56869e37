//! `granite-bundle/lint/1` and `granite-bundle/rules/1`.

use serde::Serialize;

use crate::finding::{self, Level};
use crate::lint::fleet::Report;
use crate::lint::{Counts, Rule};
use crate::report::findings::place::Places;

use super::inspect::Entry;

/// Name and version of the lint document.
pub const SCHEMA: &str = "granite-bundle/lint/1";

/// Name and version of the rules document.
pub const RULES_SCHEMA: &str = "granite-bundle/rules/1";

/// What a run of `lint` found.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Document<'a> {
    pub schema: &'static str,
    pub bundles: Vec<Entry<'a>>,
    pub findings: Vec<Finding<'a>>,
    pub suppressed: Vec<Finding<'a>>,
    pub summary: Summary,
}

/// One finding.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Finding<'a> {
    pub rule: &'a str,
    pub level: Level,
    pub subject: &'a str,
    pub message: &'a str,
    pub expected: Option<&'a str>,
    pub actual: Option<&'a str>,
    pub help: Option<&'a str>,
    pub path: &'a str,
    pub location: Option<Location<'a>>,
    pub fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
}

/// A line of a file of the bundle.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Location<'a> {
    pub file: &'a str,
    pub line: u32,
}

/// How many findings there are.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct Summary {
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub suppressed: usize,
}

/// Every rule there is.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct RulesDocument {
    pub schema: &'static str,
    pub rules: Vec<RuleFacts>,
}

/// One rule.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are the document's, described in its schema"
)]
pub struct RuleFacts {
    pub id: &'static str,
    pub family: &'static str,
    pub level: Level,
    pub summary: &'static str,
    pub provenance: Vec<&'static str>,
    pub needs: Vec<&'static str>,
    pub explanation: &'static str,
}

impl<'a> Document<'a> {
    /// The document of a report; `bundles` are the entries of its targets.
    pub fn new(report: &'a Report, bundles: Vec<Entry<'a>>, places: &Places) -> Document<'a> {
        let (suppressed, findings) = report
            .findings()
            .partition::<Vec<_>, _>(|finding| finding.suppressed.is_some());
        let facts = |findings: Vec<&'a finding::Finding>| {
            findings
                .into_iter()
                .map(|finding| Finding::new(finding, places))
                .collect()
        };
        Document {
            schema: SCHEMA,
            bundles,
            findings: facts(findings),
            suppressed: facts(suppressed),
            summary: report.counts().into(),
        }
    }
}

impl<'a> Finding<'a> {
    fn new(finding: &'a finding::Finding, places: &Places) -> Finding<'a> {
        Finding {
            rule: finding.rule,
            level: finding.level,
            subject: &finding.subject,
            message: &finding.message,
            expected: finding.expected.as_deref(),
            actual: finding.actual.as_deref(),
            help: finding.help.as_deref(),
            path: &finding.path,
            location: finding.location.as_ref().map(|location| Location {
                file: &location.file,
                line: location.line,
            }),
            fingerprint: finding.fingerprint(places.folder(finding)),
            reason: finding.suppressed.as_ref().map(|it| it.reason.as_str()),
        }
    }
}

impl From<Counts> for Summary {
    fn from(counts: Counts) -> Summary {
        Summary {
            errors: counts.errors,
            warnings: counts.warnings,
            notes: counts.notes,
            suppressed: counts.suppressed,
        }
    }
}

impl RulesDocument {
    /// The document of these rules.
    pub fn new(rules: impl IntoIterator<Item = &'static Rule>) -> RulesDocument {
        RulesDocument {
            schema: RULES_SCHEMA,
            rules: rules.into_iter().map(RuleFacts::new).collect(),
        }
    }
}

impl RuleFacts {
    fn new(rule: &'static Rule) -> RuleFacts {
        RuleFacts {
            id: rule.id,
            family: rule.family.name(),
            level: rule.level,
            summary: rule.summary,
            provenance: rule.provenance.iter().map(|one| one.name()).collect(),
            needs: rule.needs.iter().map(|one| one.name()).collect(),
            explanation: rule.explanation,
        }
    }
}
