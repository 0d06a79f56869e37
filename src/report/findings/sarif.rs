//! SARIF 2.1.0: the part of it that code-scanning services read.

use serde::Serialize;

use crate::finding::{Finding, Level};
use crate::lint::{Rule, rules};

use super::place::{Places, uri};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const ROOT: &str = "%SRCROOT%";

/// Key of the fingerprint in `partialFingerprints`.
const FINGERPRINT: &str = "graniteBundle/v1";

/// A log of one run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<SarifResult<'a>>,
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
    short_description: Text<'static>,
    full_description: Text<'static>,
    help: Help,
    default_configuration: Configuration,
    properties: Tags,
}

#[derive(Debug, Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Debug, Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: Level,
}

#[derive(Debug, Serialize)]
struct Tags {
    tags: Vec<&'static str>,
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
    partial_fingerprints: std::collections::BTreeMap<&'static str, String>,
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

/// The findings as a SARIF log; suppressed ones stay and are marked.
///
/// # Errors
/// Never in practice: everything in it is text and numbers.
pub fn render<'a>(
    findings: impl IntoIterator<Item = &'a Finding>,
    places: &Places,
) -> serde_json::Result<String> {
    let rules = rules::all().collect::<Vec<_>>();
    let results = findings
        .into_iter()
        .map(|finding| result(finding, &rules, places))
        .collect();
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: env!("CARGO_PKG_NAME"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: rules.into_iter().map(descriptor).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    serde_json::to_string_pretty(&log).map(|text| text + "\n")
}

fn descriptor(rule: &'static Rule) -> Descriptor {
    Descriptor {
        id: rule.id,
        short_description: Text { text: rule.summary },
        full_description: Text {
            text: rule.section("What").unwrap_or(rule.summary),
        },
        help: Help {
            text: rule.explanation,
            markdown: rule.explanation,
        },
        default_configuration: Configuration { level: rule.level },
        properties: Tags {
            tags: vec![rule.family.name()],
        },
    }
}

fn result<'a>(finding: &'a Finding, rules: &[&Rule], places: &Places) -> SarifResult<'a> {
    let (file, line) = places.file(finding);
    let help = finding
        .help
        .as_deref()
        .map(|help| format!("\nhelp: {help}"));
    let fingerprint = finding.fingerprint(places.folder(finding));
    SarifResult {
        rule_id: finding.rule,
        rule_index: rules.iter().position(|rule| rule.id == finding.rule),
        level: finding.level,
        message: OwnedText {
            text: format!("{}{}", finding.message, help.unwrap_or_default()),
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
        partial_fingerprints: [(FINGERPRINT, fingerprint)].into(),
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
