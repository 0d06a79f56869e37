//! JUnit XML: a suite for each target, a case for each rule that was run.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use crate::finding::Finding;
use crate::lint::{Gate, Rule, rules};
use crate::report::terminal::plain;

use super::{Run, Trouble, message};

/// The run as JUnit XML. A case fails if one of its findings counts against the target, is skipped
/// if all are accepted, and else passes with its findings as output. What kept the run from judging is a case in error.
///
/// # Errors
/// Never in practice: the document is written to memory.
pub fn render(run: Run<'_>) -> Result<String, quick_junit::SerializeError> {
    let mut document = Document::new(env!("CARGO_PKG_NAME"));
    if !run.troubles.is_empty() {
        document.add_test_suite(troubles(run.troubles));
    }
    let report = run.view.report;
    for (one, shown) in report.linted.iter().zip(&run.view.targets) {
        let findings = &shown.findings;
        let path = crate::bundle::shown(&one.target.path);
        let unlisted = findings.iter().filter_map(|it| rules::find(it.rule));
        let unlisted = unlisted.filter(|rule| !one.ran.contains(rule));
        let rules = one.ran.iter().copied().chain(unlisted);
        document.add_test_suite(suite(&path, rules, findings, &one.settings.gate));
    }
    for (one, shown) in report.configurations.iter().zip(&run.view.configurations) {
        let findings = &shown.findings;
        let path = findings.first().map_or("", |finding| finding.path.as_str());
        let found = |rule: &&'static Rule| findings.iter().any(|it| it.rule == rule.id);
        let rules = rules::all().filter(found);
        document.add_test_suite(suite(path, rules, findings, &one.settings.gate));
    }
    document.to_string()
}

fn troubles(troubles: &[Trouble]) -> TestSuite {
    let mut suite = TestSuite::new(env!("CARGO_PKG_NAME"));
    for (number, trouble) in troubles.iter().enumerate() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status
            .set_message(legible(&trouble.message))
            .set_description(legible(&trouble.text()));
        let name = format!("judged-{}", number + 1);
        suite.add_test_case(TestCase::new(name, status));
    }
    suite
}

/// The text with what XML cannot hold as escapes.
fn legible(text: &str) -> String {
    plain(text).into_owned()
}

fn suite(
    name: &str,
    rules: impl IntoIterator<Item = &'static Rule>,
    findings: &[Finding],
    gate: &Gate,
) -> TestSuite {
    let mut suite = TestSuite::new(legible(name));
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
            status.set_message(legible(&reasons.collect::<Vec<_>>().join("; ")));
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
                .set_message(legible(first))
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
        let text = message(finding).replace('\n', "\n  ");
        format!("{}: {}: {text}", finding.level, finding.subject)
    });
    legible(&lines.collect::<Vec<_>>().join("\n"))
}
