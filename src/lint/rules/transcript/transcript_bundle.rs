//! The transcript is of this bundle.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The transcript is of this bundle.
pub(super) static RULE: Rule = Rule {
    id: "transcript-bundle",
    family: Family::Transcript,
    level: Level::Error,
    summary: "the transcript is of this bundle",
    explanation: include_str!("transcript_bundle.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(name) = context.manifest().and_then(|manifest| manifest.name()) else {
        return;
    };
    let folder = context
        .target
        .path
        .file_name()
        .and_then(|name| name.to_str());
    for (file, record) in super::records(context) {
        let seen = record.bundle.as_deref();
        if seen == Some(name) || (seen.is_some() && seen == folder) {
            continue;
        }
        let shown = seen.map_or_else(|| "no bundle".to_owned(), |seen| format!("{seen:?}"));
        findings
            .report(
                format!("transcript.{file}"),
                format!("{file} names {shown}, this bundle is {name:?}; it says nothing about this bundle"),
            )
            .expected(name)
            .actual(seen.unwrap_or("none"))
            .help("gate this bundle, under the name it is shipped by");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::bundle::Record;
    use crate::lint::rules::transcript::testing::{case, passed};

    #[test]
    fn another_name_is_found() {
        assert_eq!(case(Ok(passed())).check(&RULE), []);
        for bundle in [None, Some("granite_4_0_h_1b_decode_fp16".to_owned())] {
            let record = Record { bundle, ..passed() };
            assert_eq!(case(Ok(record)).check(&RULE).len(), 1);
        }
    }
}
