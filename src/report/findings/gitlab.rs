//! GitLab's Code Quality report.

use serde::Serialize;

use crate::finding::{Finding, Level};

use super::{Run, message};

/// One entry of the report.
#[derive(Debug, Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: u32,
}

/// The findings that count, as a JSON array of issues. The format has no room for what kept a run from judging; the exit
/// code and stderr tell of it.
///
/// # Errors
/// Never in practice: everything in it is text and numbers.
pub fn render(run: Run<'_>) -> serde_json::Result<String> {
    let issues = run
        .identified()
        .into_iter()
        .filter(|(finding, _)| finding.suppressed.is_none())
        .map(|(finding, fingerprint)| issue(finding, fingerprint, run))
        .collect::<Vec<_>>();
    serde_json::to_string_pretty(&issues).map(|text| text + "\n")
}

fn issue(finding: &Finding, fingerprint: String, run: Run<'_>) -> Issue {
    let (path, line) = run.places.file(finding);
    Issue {
        description: message(finding),
        check_name: finding.rule,
        fingerprint,
        severity: match finding.level {
            Level::Error => "critical",
            Level::Warning => "major",
            Level::Note => "info",
        },
        location: Location {
            path,
            lines: Lines { begin: line },
        },
    }
}
