//! The page of `preflight`.

use anstyle::Style;

use crate::checkout::RepoPath;
use crate::preflight::{Condition, ConditionState, Preflight, Verdict};
use crate::report::terminal::{BAD, DIM, GOOD, NOTABLE, Page, painted};

/// What the page is about, as its heading shows it.
#[derive(Debug, Clone, Copy)]
pub struct PreflightHeading<'a> {
    /// The bundle's name.
    pub name: &'a str,
    /// The bundle, as the user named it.
    pub path: &'a str,
    /// The checkout, as the user named it.
    pub checkout: &'a str,
    /// The checkout's era and what sets it apart; `None` where it is of no known one.
    pub era: Option<&'a str>,
    /// The commit it stands on.
    pub head: Option<git2::Oid>,
    /// The files that differ from the commit by more than the stack's patches.
    pub edits: &'a [RepoPath],
}

/// The whole page.
pub fn page(preflight: &Preflight, heading: &PreflightHeading<'_>, columns: u16) -> String {
    let mut page = Page::new(columns);
    let era = heading.era.unwrap_or("no engine era this tool knows");
    page.heading(heading.name, "preflight", heading.path);
    page.section("engine");
    let at = super::patch::at(heading.head, heading.edits);
    page.field("checkout", &format!("{}{at}", heading.checkout));
    page.field("era", era);
    let width = preflight.needs.iter().map(|need| need.id.len()).max();
    page.labels(width.unwrap_or_default());
    page.section("needs");
    for need in preflight.needs.iter().filter(|need| need.required) {
        marked(&mut page, need);
    }
    let mut optional = preflight
        .needs
        .iter()
        .filter(|need| !need.required)
        .peekable();
    if optional.peek().is_some() {
        page.section("of some callers only");
    }
    for need in optional {
        marked(&mut page, need);
    }
    page.section("verdict");
    let (style, words) = verdict(preflight.verdict);
    page.line(&format!("  {}", painted(style.bold(), words)));
    if !preflight.next.is_empty() {
        page.line("");
    }
    for command in &preflight.next {
        page.command(0, command);
    }
    if matches!(
        preflight.verdict,
        Verdict::Runs | Verdict::RunsWithEnvironment | Verdict::RunsAfterPatch
    ) {
        page.line("");
        page.remark(
            "The stack was compiled and run against a simulated runtime for the eras that docs/patch-proof.md lists, not on Apple hardware.",
        );
    }
    page.finish()
}

fn marked(page: &mut Page, need: &Condition) {
    let (style, mark) = match (&need.outcome, need.required) {
        (ConditionState::Met(_), _) => (GOOD, "✓"),
        (ConditionState::WithEnvironment(_), _) => (NOTABLE, "$"),
        (ConditionState::AfterPatch(_), _) => (NOTABLE, "+"),
        (ConditionState::Unmet, true) => (BAD, "✗"),
        (ConditionState::Unmet, false) => (DIM, "–"),
        (ConditionState::Unknown, _) => (NOTABLE, "?"),
    };
    page.marked(style, mark, need.id, &need.detail);
}

fn verdict(verdict: Verdict) -> (Style, &'static str) {
    match verdict {
        Verdict::Runs => (GOOD, "runs"),
        Verdict::RunsWithEnvironment => (GOOD, "runs with the environment set"),
        Verdict::RunsAfterPatch => (NOTABLE, "runs after patch"),
        Verdict::CannotRun => (BAD, "cannot run"),
        Verdict::Unknown => (NOTABLE, "unknown"),
    }
}
