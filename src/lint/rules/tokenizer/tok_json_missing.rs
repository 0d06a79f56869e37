//! `tok-json-missing`.

use crate::bundle::Part;
use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Platform, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "tok-json-missing",
    family: Family::Tokenizer,
    level: Level::Warning,
    summary: "the tokenizer is in the bundle",
    explanation: include_str!("tok_json_missing.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let wanted = manifest::root(context).is_some()
        && context
            .language()
            .is_some_and(|language| language.embedded_tokenizer());
    let is_absent = match &context.target.tokenizer {
        Part::Absent => true,
        Part::Unreadable(_) => false,
        Part::Present(tokenizer) => {
            !tokenizer.has_tokenizer_json
                && !tokenizer
                    .errors
                    .iter()
                    .any(|error| error.path.ends_with("tokenizer.json"))
        }
    };
    if !wanted || !is_absent {
        return;
    }
    let hub = context
        .language()
        .and_then(|language| language.tokenizer())
        .unwrap_or("its hub id");
    // A phone is where no network may be assumed.
    let level = match context.platform {
        Platform::Ios => Level::Error,
        Platform::Any => Level::Warning,
    };
    findings
        .report(
            "language.embedded_tokenizer",
            format!("the bundle has no tokenizer/tokenizer.json and does not say so, so every first start downloads {hub} in silence and fails without a network"),
        )
        .level(level)
        .expected("tokenizer/tokenizer.json")
        .actual("absent")
        .help("put the tokenizer folder back; or set embedded_tokenizer to false if the download is meant");
}
