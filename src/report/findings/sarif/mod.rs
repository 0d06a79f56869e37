//! SARIF 2.1.0: the part of it that code-scanning services read.

mod limits;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::checkout::capability::named_eras;
use crate::finding::{Finding, Level};
use crate::lint::{Rule, rules};
use crate::patch::series::Series;

use self::limits::MOST;
use super::anchor::uri;
use super::{Run, Trouble, message};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const ROOT: &str = "%SRCROOT%";

/// Key of the fingerprint in `partialFingerprints`.
const FINGERPRINT: &str = "graniteBundle/v1";

/// Key by which GitHub tells one alert from another; without it GitHub takes the text of the line, and findings about one
/// line are one alert.
const LINE_HASH: &str = "primaryLocationLineHash";

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
    let mut identified = run.identified();
    identified.retain(|(finding, _)| suppressed || finding.suppressed.is_none());
    let all = identified.len();
    let mut kept = worst(identified);
    loop {
        let text = log(&kept, all, run)?;
        match limits::too_large(&text, kept.len()) {
            Some(room) => kept.truncate(room),
            None => return Ok(text),
        }
    }
}

/// The log of these results, of `all` that there are.
fn log(kept: &[(&Finding, String)], all: usize, run: Run<'_>) -> serde_json::Result<String> {
    let rules = rules::all().collect::<Vec<_>>();
    // What eras are is said in the pages; that the built-in series reads is held by a test of its own.
    let series = Series::builtin().ok();
    let descriptors = rules
        .iter()
        .map(|rule| descriptor(rule, series.as_ref()))
        .collect();
    let results = kept
        .iter()
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
                    rules: descriptors,
                },
            },
            automation_details: Id {
                id: "granite-bundle/lint/",
            },
            invocations: [Invocation {
                execution_successful: run.troubles.is_empty(),
                tool_execution_notifications: notifications(run.troubles, all, kept.len()),
            }],
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    serde_json::to_string_pretty(&log).map(|text| text + "\n")
}

/// The worst findings that a run has room for, worst first; those equally bad in their order.
fn worst<T>(mut identified: Vec<(&Finding, T)>) -> Vec<(&Finding, T)> {
    identified.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.level));
    identified.truncate(MOST);
    identified
}

/// What kept the run from judging everything, and that some of `all` results are not kept or not shown.
fn notifications(troubles: &[Trouble], all: usize, kept: usize) -> Vec<Notification> {
    let said = troubles.iter().map(|trouble| Notification {
        level: Level::Error,
        message: OwnedText {
            text: trouble.text(),
        },
    });
    let cut = limits::remark(all, kept).map(|text| Notification {
        level: Level::Warning,
        message: OwnedText { text },
    });
    said.chain(cut).collect()
}

fn descriptor(rule: &'static Rule, series: Option<&Series>) -> Descriptor {
    let eras: String = series
        .map(|series| named_eras(&series.eras, rule.explanation))
        .into_iter()
        .flatten()
        .map(|era| format!("- {}: {}\n", era.id, era.title))
        .collect();
    let eras = match eras.is_empty() {
        true => eras,
        false => format!("\n## Eras of the engine\n\n{eras}"),
    };
    let help = format!(
        "{}{eras}\n`granite-bundle explain {}` shows this page.\n",
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
    fingerprint: &str,
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
        partial_fingerprints: [
            (FINGERPRINT, fingerprint.to_owned()),
            (LINE_HASH, line_hash),
        ]
        .into(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(levels: &[(Level, usize)]) -> Vec<Finding> {
        let one = |level| Finding::new("x", level, String::new(), String::new());
        let many = levels
            .iter()
            .map(|(level, number)| vec![one(*level); *number]);
        many.flatten().collect()
    }

    #[test]
    fn what_there_is_no_room_for_is_the_mildest_and_is_counted() {
        let all = findings(&[
            (Level::Note, 20_000),
            (Level::Warning, 5_000),
            (Level::Error, 10),
        ]);
        let kept = worst(all.iter().map(|finding| (finding, ())).collect());
        assert_eq!(kept.len(), 25_000);
        let at = |place: usize| kept[place].0.level;
        assert_eq!(
            (at(0), at(9), at(10)),
            (Level::Error, Level::Error, Level::Warning)
        );
        assert_eq!((at(5_009), at(5_010)), (Level::Warning, Level::Note));
    }

    #[test]
    fn rules_stay_within_what_github_takes() {
        // Rules of a run 25,000, tags of a rule 20, of which 10 are shown.
        let all: Vec<Descriptor> = rules::all().map(|rule| descriptor(rule, None)).collect();
        assert!(all.len() < MOST && !all.is_empty());
        assert!(all.iter().all(|rule| rule.properties.tags.len() <= 10));
    }
}
