//! JUnit XML: a suite for each target, a case for each rule that was run.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use crate::finding::Finding;
use crate::lint::fleet::Report;
use crate::lint::{Gate, Rule};
use crate::report::terminal::plain;

/// The report as JUnit XML. A case fails if one of its findings counts against the target, is skipped
/// if all are accepted, and else passes with its findings as output.
///
/// # Errors
/// Never in practice: the document is written to memory.
pub fn render(report: &Report) -> Result<String, quick_junit::SerializeError> {
    let mut document = Document::new(env!("CARGO_PKG_NAME"));
    for one in &report.linted {
        let path = crate::bundle::shown(&one.target.path);
        let rules = one.ran.iter().copied();
        document.add_test_suite(suite(&path, rules, &one.findings, &one.settings.gate));
    }
    for one in &report.configurations {
        let path = one
            .findings
            .first()
            .map_or("", |finding| finding.path.as_str());
        let found = |rule: &&'static Rule| one.findings.iter().any(|it| it.rule == rule.id);
        let rules = crate::lint::rules::all().filter(found);
        document.add_test_suite(suite(path, rules, &one.findings, &one.settings.gate));
    }
    document.to_string()
}

/// The text with what XML cannot hold as escapes.
fn shown(text: &str) -> String {
    plain(text).into_owned()
}

fn suite(
    name: &str,
    rules: impl IntoIterator<Item = &'static Rule>,
    findings: &[Finding],
    gate: &Gate,
) -> TestSuite {
    let mut suite = TestSuite::new(shown(name));
    for rule in rules {
        let mine = findings
            .iter()
            .filter(|finding| finding.rule == rule.id)
            .collect::<Vec<_>>();
        suite.add_test_case(case(rule, &mine, gate));
    }
    suite
}

fn case(rule: &Rule, findings: &[&Finding], gate: &Gate) -> TestCase {
    let refusing = findings.iter().filter(|it| gate.counts_against(it)).count();
    let accepted = findings.iter().all(|finding| finding.suppressed.is_some());
    let status = match (refusing, accepted && !findings.is_empty()) {
        (0, false) => TestCaseStatus::success(),
        (0, true) => {
            let mut status = TestCaseStatus::skipped();
            let reasons = findings
                .iter()
                .filter_map(|finding| Some(finding.suppressed.as_ref()?.reason.as_str()));
            status.set_message(shown(&reasons.collect::<Vec<_>>().join("; ")));
            status
        }
        _ => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let level = findings.iter().map(|finding| finding.level).max();
            let first = findings
                .first()
                .map_or("", |finding| finding.message.as_str());
            status
                .set_type(level.map_or_else(String::new, |level| level.to_string()))
                .set_message(shown(first))
                .set_description(described(findings));
            status
        }
    };
    let mut case = TestCase::new(rule.id, status);
    case.set_classname(rule.family.name());
    if refusing == 0 && !findings.is_empty() {
        case.set_system_out(described(findings));
    }
    case
}

fn described(findings: &[&Finding]) -> String {
    let lines = findings.iter().map(|finding| {
        let help = finding
            .help
            .as_deref()
            .map(|help| format!("\n  help: {help}"));
        format!(
            "{}: {}: {}{}",
            finding.level,
            finding.subject,
            finding.message,
            help.unwrap_or_default()
        )
    });
    shown(&lines.collect::<Vec<_>>().join("\n"))
}
