//! GitHub workflow commands: one annotation for each finding that counts.

use std::fmt::Write as _;

use crate::finding::{Finding, Level};

use super::place::Places;
use crate::report::terminal::plain;

/// The findings as annotations; suppressed ones are left out, as GitHub cannot mark them.
pub fn render<'a>(findings: impl IntoIterator<Item = &'a Finding>, places: &Places) -> String {
    let mut text = String::new();
    let counting = |finding: &&Finding| finding.suppressed.is_none();
    for finding in findings.into_iter().filter(counting) {
        let (file, line) = places.file(finding);
        let help = finding
            .help
            .as_deref()
            .map(|help| format!("\nhelp: {help}"));
        let _ = writeln!(
            text,
            "::{} file={},line={line},title={}::{}{}",
            command(finding.level),
            property(&file),
            property(finding.rule),
            data(&finding.message),
            data(&help.unwrap_or_default()),
        );
    }
    text
}

fn command(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    }
}

fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D");
    plain(&text).replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_property_or_a_line_is_escaped() {
        let mut finding = Finding::new(
            "asset-partial",
            Level::Note,
            "asset".to_owned(),
            "50 % of it,\r\nat most: half".to_owned(),
        );
        finding.at("a,b:c.json", 3);
        finding.path = "x".to_owned();
        let text = render([&finding], &Places::default());
        assert_eq!(
            text,
            "::notice file=x/a%2Cb%3Ac.json,line=3,title=asset-partial::50 %25 of it,%0D%0Aat most: half\n"
        );
    }
}
