//! SARIF 2.1.0: the part of it that code-scanning services read.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::{Finding, Level};
use crate::lint::{Rule, rules};

use super::anchor::uri;
use super::{Run, Trouble, message};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const ROOT: &str = "%SRCROOT%";

/// Key of the fingerprint in `partialFingerprints`.
const FINGERPRINT: &str = "graniteBundle/v1";

/// Key by which GitHub tells one alert from another; without it GitHub takes the text of the line, and findings about one
/// line are one alert.
const LINE_HASH: &str = "primaryLocationLineHash";

/// Results of one run that GitHub takes; a log with more is refused as a whole.
const MOST: usize = 25_000;

/// A log of one run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [SarifRun<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun<'a> {
    tool: Tool,
    automation_details: Id,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Vec<SarifResult<'a>>,
}

/// Tells the runs of this tool from those of others in one workflow.
#[derive(Debug, Serialize)]
struct Id {
    id: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Debug, Serialize)]
struct Notification {
    level: Level,
    message: OwnedText,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: OwnedText,
    full_description: Text<'static>,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Debug, Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Debug, Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: Level,
}

#[derive(Debug, Serialize)]
struct Properties {
    tags: Vec<&'static str>,
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: Level,
    message: OwnedText,
    locations: [Location<'a>; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<SarifSuppression<'a>>,
    properties: Values<'a>,
}

#[derive(Debug, Serialize)]
struct OwnedText {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: PhysicalLocation,
    logical_locations: [LogicalLocation<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
}

#[derive(Debug, Serialize)]
struct SarifSuppression<'a> {
    kind: &'static str,
    status: &'static str,
    justification: &'a str,
}

#[derive(Debug, Serialize)]
struct Values<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<&'a str>,
}

/// The findings as a SARIF log, worst first. Accepted ones are left out, as GitHub shows them like any other, unless
/// `suppressed` asks for them; then they are marked.
///
/// # Errors
/// Never in practice: everything in it is text and numbers.
pub fn render(run: Run<'_>, suppressed: bool) -> serde_json::Result<String> {
    let rules = rules::all().collect::<Vec<_>>();
    let mut identified = run.identified();
    identified.retain(|(finding, _)| suppressed || finding.suppressed.is_none());
    identified.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.level));
    let left_out = identified.len().saturating_sub(MOST);
    identified.truncate(MOST);
    let results = identified
        .into_iter()
        .map(|(finding, print)| result(finding, print, &rules, run))
        .collect();
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [SarifRun {
            tool: Tool {
                driver: Driver {
                    name: env!("CARGO_PKG_NAME"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: rules.into_iter().map(descriptor).collect(),
                },
            },
            automation_details: Id {
                id: "granite-bundle/lint/",
            },
            invocations: [Invocation {
                execution_successful: run.troubles.is_empty(),
                tool_execution_notifications: notifications(run.troubles, left_out),
            }],
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    serde_json::to_string_pretty(&log).map(|text| text + "\n")
}

fn notifications(troubles: &[Trouble], left_out: usize) -> Vec<Notification> {
    let said = troubles.iter().map(|trouble| Notification {
        level: Level::Error,
        message: OwnedText {
            text: trouble.text(),
        },
    });
    let cut = (left_out > 0).then(|| Notification {
        level: Level::Warning,
        message: OwnedText {
            text: format!("{left_out} milder results are left out: a run may have {MOST}"),
        },
    });
    said.chain(cut).collect()
}

fn descriptor(rule: &'static Rule) -> Descriptor {
    let help = format!(
        "{}\n`granite-bundle explain {}` shows this page.\n",
        rule.explanation, rule.id
    );
    let mut requirement = rule.summary.to_owned();
    requirement[..1].make_ascii_uppercase();
    Descriptor {
        id: rule.id,
        short_description: OwnedText { text: requirement },
        full_description: Text {
            text: rule.section("What").unwrap_or(rule.summary),
        },
        help: Help {
            text: help.clone(),
            markdown: help,
        },
        default_configuration: Configuration { level: rule.level },
        properties: Properties {
            tags: vec![rule.family.name()],
            precision: "very-high",
            severity: match rule.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note => "recommendation",
            },
        },
    }
}

fn result<'a>(
    finding: &'a Finding,
    fingerprint: String,
    rules: &[&Rule],
    run: Run<'_>,
) -> SarifResult<'a> {
    let (file, line) = run.places.file(finding);
    let line_hash = format!("{}:1", &fingerprint[..16]);
    SarifResult {
        rule_id: finding.rule,
        rule_index: rules.iter().position(|rule| rule.id == finding.rule),
        level: finding.level,
        message: OwnedText {
            text: message(finding),
        },
        locations: [Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: uri(&file),
                    uri_base_id: ROOT,
                },
                region: Region { start_line: line },
            },
            logical_locations: [LogicalLocation {
                fully_qualified_name: &finding.subject,
            }],
        }],
        partial_fingerprints: [(FINGERPRINT, fingerprint), (LINE_HASH, line_hash)].into(),
        suppressions: finding.suppressed.iter().map(suppression).collect(),
        properties: Values {
            expected: finding.expected.as_deref(),
            actual: finding.actual.as_deref(),
        },
    }
}

fn suppression(suppressed: &crate::finding::Suppression) -> SarifSuppression<'_> {
    SarifSuppression {
        kind: "external",
        status: "accepted",
        justification: &suppressed.reason,
    }
}
