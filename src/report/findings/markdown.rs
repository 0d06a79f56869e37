//! A job's summary in Markdown: may these bundles be released, and if not, why.

use std::fmt::Write as _;

use crate::finding::{Finding, Level};
use crate::lint::LevelCounts;
use crate::lint::fleet::Linted;
use crate::report::terminal::{plural, safe};

use super::{Run, folded};

/// Bytes after which no more details are written; a job summary of GitHub's holds 1 MiB.
const ENOUGH: usize = 900 << 10;

/// The summary: a verdict, a table of the bundles, and what is wrong with each.
pub fn render(run: Run<'_>) -> String {
    let report = run.view.report;
    let mut text = verdict(run);
    for trouble in run.troubles {
        let _ = writeln!(text, "- **not judged**: {}", prose(&trouble.message));
    }
    if !run.troubles.is_empty() {
        text.push('\n');
    }
    if !report.linted.is_empty() {
        table(&mut text, run);
    }
    let mut left_out = 0;
    let targets = report.linted.iter().zip(&run.view.targets);
    for (one, shown) in targets {
        let path = crate::bundle::shown(&one.target.path);
        details(&mut text, &path, &shown.findings, &mut left_out);
    }
    for (one, shown) in report.configurations.iter().zip(&run.view.configurations) {
        let file = one.settings.config.as_deref();
        let path = file.map_or_else(String::new, crate::bundle::shown);
        details(&mut text, &path, &shown.findings, &mut left_out);
    }
    if left_out > 0 {
        let _ = writeln!(
            text,
            "\n{} more are left out here.",
            plural(left_out, "finding")
        );
    }
    text
}

fn verdict(run: Run<'_>) -> String {
    let report = run.view.report;
    let refused = report.linted.iter().filter(|one| one.refused()).count();
    let all = report.linted.len();
    let headline = match (refused, run.troubles.is_empty(), report.refused()) {
        (0, true, false) => "ready for release".to_owned(),
        (0, true, true) => "refused by the configuration".to_owned(),
        (0, false, _) => "not everything could be judged".to_owned(),
        (refused, ..) => format!("{refused} of {} refused", plural(all as u64, "bundle")),
    };
    format!("## Bundle lint: {headline}\n\n")
}

/// The bundles, refused ones first, as far as there is room.
fn table(text: &mut String, run: Run<'_>) {
    text.push_str("| bundle | verdict | errors | warnings | notes | accepted | profile |\n");
    text.push_str("| --- | --- | ---: | ---: | ---: | ---: | --- |\n");
    let linted = &run.view.report.linted;
    let mut order = linted.iter().zip(&run.view.targets).collect::<Vec<_>>();
    order.sort_by_key(|(one, _)| !one.refused());
    let mut rows = 0;
    for (one, shown) in order {
        if text.len() > ENOUGH / 2 {
            break;
        }
        row(text, one, &shown.counts);
        rows += 1;
    }
    if rows < linted.len() {
        let more = plural((linted.len() - rows) as u64, "bundle");
        let _ = writeln!(text, "\n{more} more.");
    }
}

fn row(text: &mut String, one: &Linted, counts: &LevelCounts) {
    let verdict = match (one.refused(), counts.warnings) {
        (true, _) => "**refused**",
        (false, 0) => "ok",
        (false, _) => "ok, with warnings",
    };
    let _ = writeln!(
        text,
        "| {} | {verdict} | {} | {} | {} | {} | {} |",
        prose(&crate::bundle::shown(&one.target.path)),
        counts.errors,
        counts.warnings,
        counts.notes,
        counts.suppressed,
        prose(one.profile.as_deref().unwrap_or("none")),
    );
}

/// What counts of one target, worst first.
fn details(text: &mut String, path: &str, findings: &[Finding], left_out: &mut u64) {
    let mut counting = findings
        .iter()
        .filter(|finding| finding.suppressed.is_none())
        .collect::<Vec<_>>();
    counting.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    if counting.is_empty() {
        return;
    }
    if text.len() > ENOUGH {
        *left_out += counting.len() as u64;
        return;
    }
    let _ = writeln!(text, "\n### {}\n", prose(path));
    for folded in folded(&counting) {
        let finding = folded.whole;
        let level = match finding.level {
            Level::Error => "**error**",
            Level::Warning => "**warning**",
            Level::Note => "note",
        };
        let _ = writeln!(
            text,
            "- {level} `{}`: {}",
            finding.rule,
            prose(&finding.message)
        );
        if let Some(rules) = folded.also() {
            let _ = writeln!(text, "  <br>in detail: `{}`", rules.replace(", ", "`, `"));
        }
        if let Some(help) = &finding.help {
            let _ = writeln!(text, "  <br>{}", prose(help));
        }
    }
}

/// Text of strangers on one line of Markdown: nothing in it is markup but what stands between backticks.
fn prose(text: &str) -> String {
    let text = safe(text);
    // A run of several opens a span that only a run as long closes, so single ones in pairs are all that is sure.
    let balanced = text.matches('`').count().is_multiple_of(2) && !text.contains("``");
    let mut prose = String::with_capacity(text.len() + 8);
    let mut code = false;
    for c in text.chars() {
        match c {
            '`' if balanced => {
                code = !code;
                prose.push(c);
            }
            '|' => prose.push_str("\\|"),
            c if code => prose.push(c),
            '<' => prose.push_str("&lt;"),
            '&' => prose.push_str("&amp;"),
            // A name after it would be told of the summary.
            '@' => prose.push_str("@\u{200B}"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' => {
                prose.push('\\');
                prose.push(c);
            }
            c => prose.push(c),
        }
    }
    prose
}

#[cfg(test)]
mod tests {
    use super::prose;

    #[test]
    fn strangers_write_no_markup() {
        assert_eq!(
            prose("a_b <img> `set x_y` | [l](u)\n@x"),
            "a\\_b &lt;img> `set x_y` \\| \\[l\\](u)\\\\n@\u{200B}x"
        );
        assert_eq!(prose("one ` alone_"), "one \\` alone\\_");
        assert_eq!(prose("```<img>`x``"), "\\`\\`\\`&lt;img>\\`x\\`\\`");
    }
}
