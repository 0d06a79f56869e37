//! GitHub workflow commands: annotations for the worst findings that count.

use std::fmt::Write as _;

use crate::finding::{Finding, Level};
use crate::report::terminal::{plain, plural};

use super::{Run, message};

/// Annotations of one level that one step of a workflow may make; GitHub drops those after them.
const PER_LEVEL: usize = 10;

/// The findings as annotations, worst first: as many of each level as GitHub keeps, and how many there are beyond.
/// Suppressed ones are left out, as GitHub cannot mark them.
pub fn render(run: Run<'_>) -> String {
    let mut text = String::new();
    let mut errors = 0;
    for trouble in run.troubles.iter().take(PER_LEVEL) {
        let _ = writeln!(text, "::error::{}", data(&trouble.text()));
        errors += 1;
    }
    for level in Level::ALL {
        let mine = run
            .view
            .counting()
            .filter(|finding| finding.level == level)
            .collect::<Vec<_>>();
        let taken = if level == Level::Error { errors } else { 0 };
        let room = PER_LEVEL - taken;
        for finding in mine.iter().take(room) {
            annotation(&mut text, finding, run);
        }
        if mine.len() > room {
            let _ = writeln!(
                text,
                "{}, of which {room} are annotated: GitHub keeps {PER_LEVEL} of a level",
                plural(mine.len() as u64, &level.to_string())
            );
        }
    }
    text
}

fn annotation(text: &mut String, finding: &Finding, run: Run<'_>) {
    let (file, line) = run.places.file(finding);
    let _ = writeln!(
        text,
        "::{} file={},line={line},title={}::{}",
        command(finding.level),
        property(&file),
        property(finding.rule),
        data(&message(finding)),
    );
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
        assert_eq!(
            data("50 % of it,\r\nat most: half"),
            "50 %25 of it,%0D%0Aat most: half"
        );
        assert_eq!(property("a,b:c.json"), "a%2Cb%3Ac.json");
    }
}
