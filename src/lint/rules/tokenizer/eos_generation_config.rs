//! `eos-generation-config`.

use crate::engine::stop_tokens::stop_tokens;
use crate::files::json::natural;
use crate::finding::Level;
use crate::lint::rules::facts::tokenizer;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "eos-generation-config",
    family: Family::Tokenizer,
    level: Level::Warning,
    summary: "every end id of generation_config.json stops the engine",
    explanation: include_str!("eos_generation_config.md"),
    provenance: &[Provenance::Community, Provenance::Engine],
    needs: &[Need::Manifest, Need::Tokenizer],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(tokenizer) = tokenizer::embedded(context) else {
        return;
    };
    let Some(generation) = &tokenizer.generation_config else {
        return;
    };
    let wanted: Vec<u64> = match &generation.value["eos_token_id"] {
        serde_json::Value::Array(ids) => ids.iter().filter_map(natural).collect(),
        id => natural(id).into_iter().collect(),
    };
    let stops: Option<Vec<u64>> = stop_tokens(tokenizer)
        .iter()
        .map(|stop| tokenizer.id_of(&stop.content))
        .collect();
    // Without the id of every stop token, none can be called missing.
    let Some(stops) = stops.filter(|stops| !stops.is_empty()) else {
        return;
    };
    let missing: Vec<String> = wanted
        .iter()
        .filter(|id| !stops.contains(id))
        .map(u64::to_string)
        .collect();
    if missing.is_empty() {
        return;
    }
    let known: Vec<String> = stops.iter().map(u64::to_string).collect();
    findings
        .report(
            "tokenizer.generation_config.eos_token_id",
            format!("generation_config.json also ends at {} and the engine never reads it, so it stops at {} only and may run on to the token limit", missing.join(", "), known.join(", ")),
        )
        .expected(wanted.iter().map(u64::to_string).collect::<Vec<_>>().join(", "))
        .actual(known.join(", "))
        .help("list the tokens in eos_token of tokenizer_config.json, which may be an array");
}
