//! `bundle-nonpositive-size`.

use crate::files::json::integer;
use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-nonpositive-size",
    family: Family::Bundle,
    level: Level::Error,
    summary: "vocabulary and context length are positive",
    explanation: include_str!("bundle_nonpositive_size.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

const SIZES: [&str; 2] = ["vocab_size", "max_context_length"];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for field in SIZES {
        let size = manifest::value(context, &format!("/language/{field}")).and_then(integer);
        if let Some(size) = size.filter(|size| *size <= 0) {
            findings
                .report(
                    format!("language.{field}"),
                    format!("{field} is {size} and must be positive, so the engine loads the bundle and fails or traps when it allocates buffers"),
                )
                .expected("a positive integer")
                .actual(size)
                .help("take the value from the model's configuration");
        }
    }
}
