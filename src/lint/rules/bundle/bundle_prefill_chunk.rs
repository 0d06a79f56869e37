//! `bundle-prefill-chunk`.

use serde_json::Value;

use crate::files::json::integer;
use crate::finding::Level;
use crate::lint::rules::facts::{manifest, step};
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-prefill-chunk",
    family: Family::Bundle,
    level: Level::Error,
    summary: "prefill chunks are whole numbers that the graph takes",
    explanation: include_str!("bundle_prefill_chunk.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

const FIELDS: [&str; 2] = ["prefill_chunk_size", "prefill_chunk_threshold"];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for field in FIELDS {
        let value = manifest::value(context, &format!("/language/{field}"));
        let Some(value) = value.filter(|value| !value.is_null()) else {
            continue;
        };
        match integer(value) {
            None => report(
                findings,
                field,
                value,
                manifest::autumn_level(context),
                "a whole number",
                "so engines that read the field cannot decode the manifest",
            ),
            Some(..=0) => report(
                findings,
                field,
                value,
                Level::Warning,
                "a positive whole number",
                "and no chunk is that long",
            ),
            Some(length) => misfit(context, findings, field, value, length),
        }
    }
}

/// A chunk that is longer than the one token a static graph takes.
fn misfit(
    context: &Context<'_>,
    findings: &mut Findings<'_>,
    field: &str,
    value: &Value,
    length: i64,
) {
    let is_single = step::token_step(context).is_some_and(|step| step.is_single_token());
    if is_single && length != 1 {
        report(
            findings,
            field,
            value,
            Level::Warning,
            "1",
            "and the graph takes one token at a time, so an engine that goes by the field ends the process at the first chunk",
        );
    }
}

fn report(
    findings: &mut Findings<'_>,
    field: &str,
    value: &Value,
    level: Level,
    expected: &str,
    consequence: &str,
) {
    let actual = manifest::shown(value);
    findings
        .report(
            format!("language.{field}"),
            format!("{field} is {actual} and must be {expected}, {consequence}"),
        )
        .level(level)
        .expected(expected)
        .actual(actual)
        .help(format!("write {expected} in language.{field}, or leave it out: the engine then goes by its flags or its own default"));
}
