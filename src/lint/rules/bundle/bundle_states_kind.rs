//! `bundle-states-kind`.

use serde_json::Value;

use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-states-kind",
    family: Family::Bundle,
    level: Level::Error,
    summary: "language.states uses known kinds",
    explanation: include_str!("bundle_states_kind.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest],
    check,
};

/// The kinds the manifest may give a state, since the era that reads them.
const KINDS: [&str; 3] = ["kv_cache", "sliding_cache", "fixed"];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let states = manifest::value(context, "/language/states").and_then(Value::as_object);
    for (name, value) in states.into_iter().flatten() {
        if !value.as_str().is_some_and(|kind| KINDS.contains(&kind)) {
            let actual = manifest::shown(value);
            findings
                .report_member(
                    "/language/states",
                    name,
                    format!("the kind of state {name} is {actual} and must be one of {}, so engines that read the field cannot decode the manifest", KINDS.join(", ")),
                )
                .expected(KINDS.join(", "))
                .actual(actual)
                .help("correct the kind, or leave language.states out: no published engine uses it");
        }
    }
}
