//! `bundle-states-ignored`.

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-states-ignored",
    family: Family::Bundle,
    level: Level::Note,
    summary: "nobody relies on language.states",
    explanation: include_str!("bundle_states_ignored.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if manifest::value(context, "/language/states").is_some_and(serde_json::Value::is_object) {
        findings
            .report(
                "language.states",
                "language.states is given, and no published engine acts on it: states are classified by shape and name alone",
            )
            .actual("present")
            .help("name static states so that they classify as meant, without `cache` or `kv` for recurrent ones");
    }
}
