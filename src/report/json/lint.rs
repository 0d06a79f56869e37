//! `granite-bundle/lint/1` and `granite-bundle/rules/1`.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Body;
use crate::finding::{self, Level};
use crate::lint::fleet::FixPlan;
use crate::lint::{LevelCounts, Rule};
use crate::report::findings::{Run, Trouble};

use super::inspect::TargetEntry;

/// What a run of `lint` found.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    pub bundles: Vec<TargetEntry<'a>>,
    pub findings: Vec<Finding<'a>>,
    pub suppressed: Vec<Finding<'a>>,
    pub failures: Vec<Failure<'a>>,
    pub configurations: Vec<String>,
    pub level: Level,
    pub summary: Counted,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixes: Option<&'a [Fix]>,
}

/// A fix that was made or would be, or a file that is left alone.
#[derive(Debug, Clone, Serialize)]
pub struct Fix {
    pub path: String,
    pub file: String,
    pub rule: Option<&'static str>,
    pub subject: Option<String>,
    pub value: Option<String>,
    pub written: bool,
    pub reason: Option<&'static str>,
}

/// Something that kept the run from judging everything.
#[derive(Debug, Serialize)]
pub struct Failure<'a> {
    pub message: &'a str,
    pub help: Option<&'a str>,
}

/// One finding.
#[derive(Debug, Serialize)]
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
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub also: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
}

/// A line of a file of the bundle.
#[derive(Debug, Serialize)]
pub struct Location<'a> {
    pub file: &'a str,
    pub line: u32,
}

/// How many findings there are.
#[derive(Debug, Serialize)]
pub struct Counted {
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub suppressed: usize,
}

/// Every rule there is.
#[derive(Debug, Serialize)]
pub struct RulesDocument {
    pub rules: Vec<RuleFacts>,
}

/// One rule.
#[derive(Debug, Serialize)]
pub struct RuleFacts {
    pub id: &'static str,
    pub family: &'static str,
    pub level: Level,
    pub summary: &'static str,
    pub provenance: Vec<&'static str>,
    pub needs: Vec<&'static str>,
    pub explanation: &'static str,
}

impl Body for Document<'_> {
    const SCHEMA: &'static str = "granite-bundle/lint/1";
}

impl<'a> Document<'a> {
    /// The document of a run; `bundles` are the entries of its targets, `fixes` what was or would be fixed, where that was
    /// asked for.
    pub fn new(
        run: Run<'a>,
        bundles: Vec<TargetEntry<'a>>,
        fixes: Option<&'a [Fix]>,
    ) -> Document<'a> {
        let (suppressed, findings) = run
            .identified()
            .into_iter()
            .partition::<Vec<_>, _>(|(finding, _)| finding.suppressed.is_some());
        let facts = |findings: Vec<(&'a finding::Finding, String)>| {
            findings
                .into_iter()
                .map(|(finding, print)| Finding::new(finding, print))
                .collect()
        };
        let report = run.view.report;
        let files = report
            .linted
            .iter()
            .filter_map(|one| one.settings.config.as_deref());
        let files = files.map(crate::bundle::shown);
        Document {
            bundles,
            findings: facts(findings),
            suppressed: facts(suppressed),
            failures: run.troubles.iter().map(Failure::new).collect(),
            configurations: files.collect::<BTreeSet<_>>().into_iter().collect(),
            level: run.view.level,
            summary: run.view.counts().into(),
            fixes,
        }
    }
}

impl Fix {
    /// The fixes of the bundle of that path, and the files left alone.
    pub fn all(path: &str, plan: &FixPlan, written: bool) -> Vec<Fix> {
        let entry = |file: &std::path::Path| Fix {
            path: path.to_owned(),
            file: crate::bundle::shown(file),
            rule: None,
            subject: None,
            value: None,
            written: false,
            reason: None,
        };
        let files = plan.files.iter();
        let done = files.flat_map(|file| {
            file.done.iter().map(|done| Fix {
                rule: Some(done.rule),
                subject: Some(done.subject.clone()),
                value: done.value.clone(),
                written,
                ..entry(&file.path)
            })
        });
        let kept = plan.kept.iter().map(|kept| Fix {
            reason: Some(kept.reason),
            ..entry(&kept.path)
        });
        done.chain(kept).collect()
    }
}

impl<'a> Failure<'a> {
    fn new(trouble: &'a Trouble) -> Failure<'a> {
        Failure {
            message: &trouble.message,
            help: trouble.help.as_deref(),
        }
    }
}

impl<'a> Finding<'a> {
    fn new(finding: &'a finding::Finding, fingerprint: String) -> Finding<'a> {
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
            fingerprint,
            also: &finding.also,
            reason: finding.suppressed.as_ref().map(|it| it.reason.as_str()),
        }
    }
}

impl From<LevelCounts> for Counted {
    fn from(counts: LevelCounts) -> Counted {
        Counted {
            errors: counts.errors,
            warnings: counts.warnings,
            notes: counts.notes,
            suppressed: counts.suppressed,
        }
    }
}

impl Body for RulesDocument {
    const SCHEMA: &'static str = "granite-bundle/rules/1";
}

impl RulesDocument {
    /// The document of these rules.
    pub fn new(rules: impl IntoIterator<Item = &'static Rule>) -> RulesDocument {
        RulesDocument {
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
